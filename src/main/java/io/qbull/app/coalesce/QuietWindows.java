package io.qbull.app.coalesce;

import org.apache.camel.CamelContext;
import org.apache.camel.LoggingLevel;
import org.apache.camel.processor.aggregate.AggregateProcessor;
import org.apache.camel.processor.aggregate.DefaultAggregateController;
import org.apache.camel.support.LoggingExceptionHandler;

/**
 * Keeps Camel from logging a stack trace, which may quote messages, for each window that cannot be sent: it is sent again and again, and
 * {@link CoalesceRepository} counts that. The aggregators of other routes are not affected, because Camel's line is the only one there.
 */
public final class QuietWindows extends DefaultAggregateController {
    private final CamelContext context;

    /**
     * @param context of the route
     */
    public QuietWindows(CamelContext context) {
        this.context = context;
    }

    @Override
    public void onStart(AggregateProcessor windows) {
        super.onStart(windows);
        windows.setExceptionHandler(new LoggingExceptionHandler(context, CoalesceRepository.class, LoggingLevel.DEBUG));
    }
}
