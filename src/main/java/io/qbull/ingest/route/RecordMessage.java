package io.qbull.ingest.route;

import io.qbull.model.Enqueued;
import io.qbull.model.NewJob;
import io.qbull.model.QueueName;
import io.qbull.model.RoutedRecord;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultMessage;

/**
 * A record as a message: its body, and its key, id, content type and due time as headers. The headers are made when a step looks at them,
 * because most records pass untouched.
 */
final class RecordMessage extends DefaultMessage implements RoutedRecord {
    private final Batch batch;
    private final int index;
    private final long offset;
    private final NewJob job;
    private final CompletableFuture<Enqueued> answer = new CompletableFuture<>();
    private int partition = -1;
    /** Whether the queue has it; guarded by the lock of the batch. */
    private boolean given;

    /** The records that it travels with. */
    interface Batch {
        /** That of the source. */
        QueueName queue();

        /** As {@link RoutedRecord#add}. */
        void add(RecordMessage record, QueueName queue, NewJob job);

        /** As {@link RoutedRecord#refuse}. */
        void refuse(RecordMessage record, String reason);
    }

    RecordMessage(CamelContext context, Batch batch, int index, long offset, NewJob job) {
        super(context);
        this.batch = batch;
        this.index = index;
        this.offset = offset;
        this.job = job;
        setBody(job.body());
    }

    /** What became of it. */
    CompletableFuture<Enqueued> answer() {
        return answer;
    }

    boolean given() {
        return given;
    }

    void give() {
        given = true;
    }

    int index() {
        return index;
    }

    long offset() {
        return offset;
    }

    @Override
    public NewJob job() {
        return job;
    }

    @Override
    public boolean untouched() {
        return !hasPopulatedHeaders() && getBody() == job.body();
    }

    @Override
    public void partition(int known) {
        partition = known;
        if (hasPopulatedHeaders()) {
            setHeader("CamelQbullPartition", known);
        }
    }

    @Override
    public CompletionStage<Enqueued> add(QueueName queue, NewJob changed) {
        batch.add(this, queue, changed);
        return answer;
    }

    @Override
    public void refuse(String reason) {
        batch.refuse(this, reason);
    }

    @Override
    protected boolean isPopulateHeadersSupported() {
        return true;
    }

    @Override
    protected void populateInitialHeaders(Map<String, Object> headers) {
        headers.put(HEADER, this);
        headers.put("CamelQbullQueue", batch.queue().value());
        headers.put("CamelQbullKey", job.key());
        headers.put("CamelQbullJobId", job.id().value());
        String type = job.contentType();
        if (type != null) {
            headers.put(Exchange.CONTENT_TYPE, type);
        }
        if (job.due() != null) {
            headers.put("CamelQbullDelay", job.due());
        }
        if (partition >= 0) {
            headers.put("CamelQbullPartition", partition);
        }
    }

    @Override
    public String toString() {
        return "record at " + offset;
    }
}
