package io.qbull.ingest.route;

import java.util.concurrent.CompletionStage;
import org.apache.camel.AsyncProducer;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.jspecify.annotations.Nullable;

/** The route that takes the records of files, or of bulk requests. Thread-safe. */
public final class RecordRoute {
    private final CamelContext camel;
    private final String uri;
    private volatile @Nullable AsyncProducer producer;

    /**
     * @param camel has the route
     * @param uri of its endpoint
     */
    public RecordRoute(CamelContext camel, String uri) {
        this.camel = camel;
        this.uri = uri;
    }

    CamelContext camel() {
        return camel;
    }

    /** Runs the route on this thread. Completes when the next batch may follow. */
    CompletionStage<Void> send(RecordBatch batch) {
        try {
            AsyncProducer used = producer();
            Exchange exchange = used.getEndpoint().createExchange(ExchangePattern.InOnly);
            exchange.getMessage().setBody(batch.records());
            exchange.getMessage().setHeader("CamelQbullQueue", batch.queue().value());
            used.process(exchange, doneSync -> batch.ended(exchange.getException()));
        } catch (Exception | Error e) {
            batch.ended(e);
        }
        return batch.passed();
    }

    private AsyncProducer producer() throws Exception {
        AsyncProducer known = producer;
        if (known == null) {
            // Without a wait for a route that is not there.
            known = camel.getEndpoint(uri + "?block=false").createAsyncProducer();
            known.start();
            producer = known;
        }
        return known;
    }

    @Override
    public String toString() {
        return uri;
    }
}
