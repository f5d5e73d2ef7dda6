package io.qbull.testing;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.read.CyclicBufferAppender;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.TestWatcher;
import org.slf4j.LoggerFactory;

/** Prints what was logged during a test that failed; the log of all others stays in a file. JUnit finds it as a service. */
public final class FailureOutput implements BeforeEachCallback, TestWatcher {
    private static final Namespace NAMESPACE = Namespace.create(FailureOutput.class);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

    @Override
    public void beforeEach(ExtensionContext context) {
        Findings.begin();
        context.getStore(NAMESPACE).put("begin", System.currentTimeMillis());
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        Long begin = context.getStore(NAMESPACE).get("begin", Long.class);
        StringBuilder text = new StringBuilder("log of the failed test ").append(context.getUniqueId());
        for (int i = 0; recent() instanceof CyclicBufferAppender<ILoggingEvent> log && i < log.getLength(); i++) {
            ILoggingEvent event = log.get(i);
            if (begin == null || event.getTimeStamp() >= begin) {
                append(text, event);
            }
        }
        System.out.println(Findings.ofThisTest() + text);
    }

    private static Appender<ILoggingEvent> recent() {
        return ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).getAppender("RECENT");
    }

    private static void append(StringBuilder text, ILoggingEvent event) {
        text.append("\n  ")
                .append(TIME.format(Instant.ofEpochMilli(event.getTimeStamp())))
                .append(' ')
                .append(event.getLevel())
                .append(" [")
                .append(event.getThreadName())
                .append("] ")
                .append(event.getLoggerName())
                .append(' ')
                .append(event.getFormattedMessage());
        if (event.getThrowableProxy() != null) {
            text.append("\n  ").append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
    }
}
