package io.qbull.ops.pause;

import io.qbull.model.Due;
import io.qbull.model.DurationText;
import io.qbull.model.Pause;
import io.qbull.model.Pause.Scope;
import io.qbull.model.Pauses;
import io.qbull.model.QueueName;
import io.qbull.store.PauseTable;
import io.qbull.store.PauseTable.Change;
import io.qbull.store.PauseTable.End;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Pauses and resumes for people. Thread-safe; nothing blocks. */
public final class PauseAdmin {
    private final PauseTable table;

    /**
     * @param table of an open store
     */
    public PauseAdmin(PauseTable table) {
        this.table = table;
    }

    /**
     * What became of a change.
     *
     * @param change what was done
     * @param now what is paused after it
     */
    public record Outcome(Change change, Pauses now) {}

    /**
     * @param queue the queue
     * @param scope what of it
     * @param by who pauses it
     * @param reason why; may be empty
     * @param end when the pause ends by itself
     * @return what became of it; fails with a {@link io.qbull.store.StoreException}
     */
    public CompletionStage<Outcome> pause(QueueName queue, Scope scope, String by, String reason, End end) {
        return outcome(queue, table.pause(queue, scope, by, reason, end));
    }

    /**
     * @param queue the queue
     * @param scope of the pause to end; that of a queue also ends its draining; null ends all
     * @return what became of it; fails with a {@link io.qbull.store.StoreException}
     */
    public CompletionStage<Outcome> resume(QueueName queue, @Nullable Scope scope) {
        // A queue as a whole is resumed with both.
        Set<Scope> both = Set.of(new Scope.Queue(), new Scope.NewJobs());
        CompletionStage<Set<Scope>> scopes = scope != null
                ? CompletableFuture.completedStage(scope instanceof Scope.Queue ? both : Set.of(scope))
                : table.pauses(queue, Pauses.UNKNOWN)
                        .thenApply(found ->
                                found.all().stream().map(Pause::scope).collect(Collectors.toUnmodifiableSet()));
        return outcome(queue, scopes.thenCompose(named -> table.resume(queue, named)));
    }

    private CompletionStage<Outcome> outcome(QueueName queue, CompletionStage<Change> done) {
        return done.thenCompose(
                change -> table.pauses(queue, Pauses.UNKNOWN).thenApply(now -> new Outcome(change, now)));
    }

    /**
     * @param partition index of a partition; null if none is named
     * @param key a key; null if none is named
     * @return what they name; the whole queue if they name nothing
     * @throws IllegalArgumentException if both are named, or one breaks its rule
     */
    public static Scope scope(@Nullable String partition, @Nullable String key) {
        if (partition != null && key != null) {
            throw new IllegalArgumentException("Name a partition or a key, not both.");
        }
        if (partition != null && !partition.matches("\\d{1,5}")) {
            throw new IllegalArgumentException("partition must be a number.");
        }
        if (partition != null) {
            return new Scope.Partition(Integer.parseInt(partition));
        }
        return key == null ? new Scope.Queue() : new Scope.Key(key);
    }

    /**
     * @param length such as {@code 10m}; null if it is not given
     * @param until such as {@code 2026-11-24T08:00:00Z}; null if it is not given
     * @return the end of a pause
     * @throws IllegalArgumentException if both are given, or one breaks its rule
     */
    public static End end(@Nullable String length, @Nullable String until) {
        if (length != null && until != null) {
            throw new IllegalArgumentException("Say for how long or until when, not both.");
        }
        if (until != null) {
            return new End(null, Due.at(until).time().toEpochMilli());
        }
        if (length == null) {
            return End.OPEN;
        }
        Duration duration = DurationText.withUnit(length);
        if (duration == null || duration.isNegative() || duration.isZero() || duration.compareTo(Due.LONGEST) > 0) {
            throw new IllegalArgumentException("for must be like 10m or PT10M, at most " + Due.LONGEST.toDays() + "d.");
        }
        return new End(duration, null);
    }

    /**
     * @param change that was not made
     * @return why, in a sentence
     */
    public static String refusal(Change change) {
        return switch (change) {
            case ABSENT -> "There is no such queue.";
            case NO_PARTITION -> "The queue has no such partition.";
            case TOO_MANY_KEYS ->
                PauseTable.MOST_KEYS
                        + " keys of the queue are paused, and no more can be: pause a partition or the queue.";
            case NOTHING -> "The time until which it would be paused is over.";
            case DONE -> throw new IllegalArgumentException("it was made");
        };
    }
}
