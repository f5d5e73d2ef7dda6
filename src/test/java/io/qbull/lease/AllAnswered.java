package io.qbull.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.store.Reachability;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Fails a test in which a command is not answered, or is about something else than expected. */
record AllAnswered(Predicate<Subject> expected) implements Reachability {
    @Override
    public void answered(Subject subject) {
        assertThat(subject).matches(expected);
    }

    @Override
    public void unanswered(Subject subject, @Nullable Throwable failure) {
        throw new AssertionError(subject + " was not answered", failure);
    }

    @Override
    public String problem() {
        return "";
    }
}
