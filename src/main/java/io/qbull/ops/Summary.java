package io.qbull.ops;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.qbull.model.Causes;
import io.qbull.model.QueueName;
import io.qbull.store.StoreException;
import org.jspecify.annotations.Nullable;

/**
 * What became of the dead letters or held keys that a {@link Change} selected.
 *
 * @param found how many were selected
 * @param done how many were changed
 * @param left how many stay as they are for now: dead letters that cannot be retried, requests that no owner has carried out yet
 * @param gone how many somebody else had changed meanwhile
 * @param unknown how many may have been changed although the answer was lost; repeating the change is safe
 * @param failure why the change ended early; null if it did not
 */
public record Summary(
        long found,
        long done,
        long left,
        long gone,
        long unknown,
        @Nullable Throwable failure) {
    /**
     * A summary whose unknown ones follow from the failure.
     *
     * @param found as in the record
     * @param done as in the record
     * @param left as in the record
     * @param gone as in the record
     * @param unanswered how many had no answer when the change ended
     * @param failure why it ended early, possibly wrapped by a stage; null if it did not
     * @return the summary
     */
    public static Summary of(
            long found, long done, long left, long gone, long unanswered, @Nullable Throwable failure) {
        Throwable cause = Causes.bare(failure);
        boolean sent = cause instanceof StoreException.Unavailable unavailable && unavailable.sent();
        return new Summary(found, done, left, gone, sent ? unanswered : 0, cause);
    }

    /**
     * @param queue whose
     * @param change that was made
     * @return the members that every summary has; the others depend on what was changed
     */
    public ObjectNode json(QueueName queue, Change change) {
        ObjectNode node = Json.object();
        node.put("queue", queue.value());
        node.put("found", found);
        return change == Change.COUNT ? node.put("dryRun", true) : node.put(change.past(), done);
    }
}
