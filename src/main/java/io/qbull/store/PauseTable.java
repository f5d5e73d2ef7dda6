package io.qbull.store;

import io.qbull.model.Pause.Scope;
import io.qbull.model.Pauses;
import io.qbull.model.QueueName;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What people pause in queues. The clock of the server alone decides when a pause ends by itself. */
public interface PauseTable {
    /**
     * Far fewer than the keys among which an owner starts jobs, because the jobs of a paused key stay in the way of others, if only a
     * little.
     */
    int MOST_KEYS = 100;

    /**
     * Reads what is paused. Costs next to nothing if no pause has begun or been ended since.
     *
     * @param queue the queue
     * @param known what was read last; {@link Pauses#UNKNOWN} reads all
     * @return what is paused now; {@code known} itself if nobody has changed it, also if some of it has ended by itself
     */
    CompletionStage<Pauses> pauses(QueueName queue, Pauses known);

    /**
     * Pauses something, in place of an earlier pause of it, and announces that.
     *
     * @param queue the queue
     * @param scope what of it
     * @param by who pauses it
     * @param reason why; may be empty
     * @param end when the pause ends by itself
     * @return what became of it
     */
    CompletionStage<Change> pause(QueueName queue, Scope scope, String by, String reason, End end);

    /**
     * Ends pauses and announces that.
     *
     * @param queue the queue
     * @param scopes of the pauses
     * @return what became of them
     */
    CompletionStage<Change> resume(QueueName queue, Set<Scope> scopes);

    /**
     * Subscribes to announcements of changes.
     *
     * @param queue the queue
     * @param changed runs on a thread of the client that it must not block. Announcements can get lost
     * @return completes after the first attempt to subscribe; closing it ends the subscription
     */
    CompletionStage<AutoCloseable> changes(QueueName queue, Runnable changed);

    /**
     * When a pause ends by itself.
     *
     * @param after so long after its beginning; null if that is not given
     * @param atMillis then, ms since 1970; null if that is not given. If neither is, it does not end by itself
     */
    record End(@Nullable Duration after, @Nullable Long atMillis) {
        /** It lasts until somebody resumes. */
        public static final End OPEN = new End(null, null);
    }

    /** What became of a change. */
    enum Change {
        /** It is done. */
        DONE,
        /** There is no such queue. */
        ABSENT,
        /** The queue has no such partition. */
        NO_PARTITION,
        /** So many keys are paused that this one is not. */
        TOO_MANY_KEYS,
        /** Nothing was changed: the end lies in the past, or nothing of this is paused. */
        NOTHING
    }
}
