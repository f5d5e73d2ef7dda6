package io.qbull.model;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A record of a file or a bulk request on its way through a route. Whoever adds it to the queue does so by {@link #add}, which knows the
 * place of the record in its source; a record that nobody adds is left out. Records are added in their order.
 */
public interface RoutedRecord {
    /** The header by which a message is known as that of a record, whatever steps make of the message. */
    String HEADER = "CamelQbullRecord";

    /**
     * @return the job of the record as it was read
     */
    NewJob job();

    /**
     * @return whether no step has changed or looked at the record, so that its job is that which was read
     */
    boolean untouched();

    /**
     * @param partition that its job goes to, for those who look
     */
    void partition(int partition);

    /**
     * Adds the job of the record. The source learns the outcome, too.
     *
     * @param queue that it goes to, which must be that of the source
     * @param job the job, perhaps changed
     * @return the outcome
     */
    CompletionStage<Enqueued> add(QueueName queue, NewJob job);

    /**
     * Tells the source that the record makes no job.
     *
     * @param reason one line
     */
    void refuse(String reason);

    /**
     * @param body the element of a list, or a message
     * @param header value of {@link #HEADER}; null = none
     * @return its record; null if it is none
     */
    static @Nullable RoutedRecord of(@Nullable Object body, @Nullable Object header) {
        if (body instanceof RoutedRecord record) {
            return record;
        }
        return header instanceof RoutedRecord record ? record : null;
    }
}
