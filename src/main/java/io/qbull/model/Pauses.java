package io.qbull.model;

import io.qbull.model.Pause.Scope;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All that is paused in a queue at one moment.
 *
 * @param version changes whenever a person pauses or resumes something
 * @param all the pauses, in no order
 */
public record Pauses(String version, List<Pause> all) {
    /** Before anything was read. */
    public static final Pauses UNKNOWN = new Pauses("", List.of());

    /** Copies the list. */
    public Pauses {
        all = List.copyOf(all);
    }

    /**
     * @return whether it was read; if not, anything may be paused
     */
    public boolean read() {
        return !version.isEmpty();
    }

    /**
     * @param partition index of a partition
     * @return whether no job of it may start
     */
    public boolean cover(int partition) {
        return all.stream()
                .map(Pause::scope)
                .anyMatch(scope -> scope instanceof Scope.Queue
                        || (scope instanceof Scope.Partition one && one.index() == partition));
    }

    /**
     * @return the keys whose jobs may not start
     */
    public Set<String> keys() {
        return all.stream()
                .map(pause -> pause.scope() instanceof Scope.Key one ? one.key() : null)
                .filter(Objects::nonNull)
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * @return why the queue takes no new jobs; null if it does
     */
    public @Nullable Pause drain() {
        return all.stream()
                .filter(pause -> pause.scope() instanceof Scope.NewJobs)
                .findFirst()
                .orElse(null);
    }

    /**
     * @return how long it was until the first of them ended by itself when they were read; null if none does
     */
    public @Nullable Duration firstEnd() {
        return all.stream()
                .map(Pause::left)
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }
}
