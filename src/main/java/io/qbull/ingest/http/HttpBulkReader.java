package io.qbull.ingest.http;

import io.qbull.engine.BulkEnqueuer;
import io.qbull.engine.BulkResult;
import io.qbull.engine.ImpatientCaller;
import io.qbull.engine.QueueWriter;
import io.qbull.ingest.record.JsonRecords;
import io.qbull.ingest.route.RecordFeed;
import io.qbull.ingest.route.RecordRoute;
import io.qbull.model.EnqueueException;
import io.qbull.model.JobFeed;
import io.qbull.model.JobId;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Message;
import org.apache.camel.support.AsyncProcessorSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reads an HTTP request of NDJSON as a stream of any length, one job per line, and sets a {@link BulkResult} as the body. No thread
 * waits for a slow client. A request with an {@code Idempotency-Key} is a source: repeated within the deduplication window, it adds
 * only the lines that are missing.
 */
public final class HttpBulkReader extends AsyncProcessorSupport {
    /** The endpoint of the route that takes the records. */
    private static final String ROUTE = "direct:ingest-bulk-records";

    private final Set<QueueName> queues;
    private final Function<QueueName, QueueWriter> writers;
    private final JsonRecords records;
    private final BulkLimits limits;
    private final RecordRoute route;

    /**
     * @param queues the queues that exist for clients
     * @param writers the ways into the queues
     * @param limits of requests and their lines
     * @param camel has the route that takes the records
     */
    public HttpBulkReader(
            Set<QueueName> queues, Function<QueueName, QueueWriter> writers, BulkLimits limits, CamelContext camel) {
        this.route = new RecordRoute(camel, ROUTE);
        this.queues = Set.copyOf(queues);
        this.writers = writers;
        this.limits = limits;
        this.records = new JsonRecords(limits.keyFields(), limits.deepest());
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        try {
            Message message = exchange.getMessage();
            RequestStream stream = message.getMandatoryBody(RequestStream.class);
            HttpServerRequest request = stream.request();
            BulkRequest bulk = BulkRequest.parse(
                    message.getHeader(Exchange.HTTP_PATH, String.class),
                    request.query(),
                    request.headers().getAll("Idempotency-Key"));
            message.removeHeaders("*");
            if (!queues.contains(bulk.queue())) {
                throw new ProblemException(Problem.of(404, "There is no such queue."));
            }
            CharsetCheck.utf8(request.headers().getAll(Exchange.CONTENT_TYPE));
            HeaderCheck.clear(request.headers(), Set.of());
            ContentCoding coding = ContentCoding.of(request.headers().getAll("Content-Encoding"));
            QueueWriter writer = writers.apply(bulk.queue());
            ImpatientCaller client = exchange.getProperty(ImpatientCaller.PROPERTY, ImpatientCaller.class);
            added(writer, bulk, coding, stream, client)
                    .whenComplete((result, thrown) ->
                            writer.continuations().execute(() -> ended(exchange, callback, result, thrown)));
            return false;
        } catch (ProblemException | InvalidPayloadException | RuntimeException e) {
            exchange.setException(e);
            callback.done(true);
            return true;
        }
    }

    private static void ended(
            Exchange exchange, AsyncCallback callback, @Nullable BulkResult result, @Nullable Throwable thrown) {
        if (thrown == null) {
            exchange.getMessage().setBody(result);
        } else {
            exchange.setException(thrown);
        }
        callback.done(false);
    }

    private CompletionStage<BulkResult> added(
            QueueWriter writer, BulkRequest bulk, ContentCoding coding, RequestStream stream, ImpatientCaller client) {
        JobId id = bulk.id();
        if (id == null || writer.settings().deduplicationWindow().isZero()) {
            return read(
                    stream,
                    coding,
                    writer,
                    bulk.queue(),
                    (line, job) -> writer.node().enqueue(job, writer.settings()));
        }
        CompletionStage<JobFeed> opened = writer.node()
                .open(source(id), 0, writer.settings().deduplicationWindow(), writer.settings())
                .handle((feed, thrown) -> {
                    if (feed == null) {
                        throw progressUnknown();
                    }
                    return feed;
                });
        return limited(client, opened)
                .thenCompose(feed -> read(stream, coding, writer, bulk.queue(), feed::add)
                        .whenComplete((result, thrown) -> feed.close()));
    }

    /** A feed that comes when nobody waits for it any more is closed. */
    private static CompletionStage<JobFeed> limited(ImpatientCaller client, CompletionStage<JobFeed> opened) {
        CompletionStage<JobFeed> limited = client.limit(opened, HttpBulkReader::progressUnknown);
        var unused = limited.whenComplete((feed, late) -> {
            if (late != null) {
                opened.thenAccept(JobFeed::close);
            }
        });
        return limited;
    }

    private static EnqueueException progressUnknown() {
        return new EnqueueException(
                EnqueueException.Kind.UNAVAILABLE, "the earlier progress of this request cannot be read now");
    }

    /** The steps of the route run on threads that they may block. */
    private CompletionStage<BulkResult> read(
            RequestStream stream, ContentCoding coding, QueueWriter writer, QueueName queue, BulkEnqueuer.Adder adder) {
        RecordFeed feed = new RecordFeed(route, queue, adder, writer.continuations());
        return new NdjsonReader(stream, coding, records, limits, feed).read();
    }

    /** An Idempotency-Key can be any text; its digest is a valid name. */
    private static SourceId source(JobId id) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(id.value().getBytes(StandardCharsets.UTF_8));
            return new SourceId("http-" + HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
