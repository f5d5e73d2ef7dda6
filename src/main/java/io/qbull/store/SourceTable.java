package io.qbull.store;

import io.qbull.model.FileClaim;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The unfinished files of a queue: those that are being read, and those that were when their pod died. */
public interface SourceTable {
    /**
     * Records a claim, unless there is one. Safe to repeat and to race: the first claim stays.
     *
     * @param queue the queue
     * @param source the file
     * @param claim the claim to record
     * @return the claim on record
     */
    CompletionStage<FileClaim> claim(QueueName queue, SourceId source, FileClaim claim);

    /**
     * @param queue the queue
     * @return all claims that can be read
     */
    CompletionStage<Map<SourceId, FileClaim>> claims(QueueName queue);

    /**
     * @param queue the queue
     * @param source a finished file, whose progress was removed from every partition
     * @return completes when its claim is gone
     */
    CompletionStage<Void> remove(QueueName queue, SourceId source);
}
