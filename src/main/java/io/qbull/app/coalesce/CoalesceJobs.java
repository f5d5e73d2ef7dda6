package io.qbull.app.coalesce;

import io.qbull.component.QbullConstants;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/** Turns a closed window into the bodies of its jobs, and sets the job id header to the prefix of their ids. */
public final class CoalesceJobs implements Processor {
    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        Window window = CoalesceStrategy.window(exchange);
        message.setHeader(QbullConstants.JOB_ID, window.id());
        message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        message.setBody(window.bodies());
    }
}
