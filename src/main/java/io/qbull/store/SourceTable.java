package io.qbull.store;

import io.qbull.model.FileClaim;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The files of a queue that are being read, or were when their pod died. */
public interface SourceTable {
    /**
     * Writes a claim down, unless there is one. Safe to repeat and to race: the first one stays.
     *
     * @param queue the queue
     * @param source the file
     * @param claim what is true now
     * @return what stands there
     */
    CompletionStage<FileClaim> claim(QueueName queue, SourceId source, FileClaim claim);

    /**
     * @param queue the queue
     * @return all claims; one that cannot be read is left out
     */
    CompletionStage<Map<SourceId, FileClaim>> claims(QueueName queue);

    /**
     * @param queue the queue
     * @param source a file whose progress is forgotten in every partition
     * @return completes when its claim is gone
     */
    CompletionStage<Void> remove(QueueName queue, SourceId source);
}
