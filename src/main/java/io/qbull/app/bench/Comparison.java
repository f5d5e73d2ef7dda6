package io.qbull.app.bench;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An earlier report, looked up by figure. */
final class Comparison {
    private final Map<String, Figure> earlier = new HashMap<>();

    /**
     * @param earlier report; null for none
     */
    Comparison(@Nullable Report earlier) {
        if (earlier != null) {
            earlier.figures().forEach(figure -> this.earlier.put(figure.id(), figure));
        }
    }

    /** Whether there is nothing to compare with. */
    boolean empty() {
        return earlier.isEmpty();
    }

    /**
     * @return how much larger the value is than the earlier one, in percent; null if there is none
     */
    @Nullable
    Double change(Figure now) {
        Figure before = earlier.get(now.id());
        return before == null || before.value() == 0 ? null : 100 * (now.value() / before.value() - 1);
    }

    /**
     * @return how much larger the ratio to the limit is than the earlier one, in percent; null if one of them is missing
     */
    @Nullable
    Double ratioChange(Figure now) {
        Figure before = earlier.get(now.id());
        Double ratio = now.ratio();
        Double ratioBefore = before == null ? null : before.ratio();
        return ratio == null || ratioBefore == null || ratioBefore == 0 ? null : 100 * (ratio / ratioBefore - 1);
    }
}
