package io.qbull.component;

import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;

/**
 * Continues an exchange that waited for an answer, whatever happens: an exchange that is forgotten keeps its job in flight for ever.
 *
 * @param exchange waited for an answer
 * @param callback continues its route
 * @param answer puts the answer into the exchange
 */
record Continuation(Exchange exchange, AsyncCallback callback, Runnable answer) implements Runnable {
    @Override
    public void run() {
        try {
            answer.run();
        } catch (RuntimeException | Error e) {
            exchange.setException(e);
        }
        callback.done(false);
    }
}
