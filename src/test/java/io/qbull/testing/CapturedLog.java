package io.qbull.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** Captures what QBull and Camel log while it is open. */
public final class CapturedLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private static final String OURS = "io.qbull";
    private static final List<String> LOGGERS = List.of(OURS, "org.apache.camel");

    private final LoggerContext loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

    /** Starts to capture. */
    public CapturedLog() {
        setContext(loggers);
        start();
        LOGGERS.forEach(name -> loggers.getLogger(name).addAppender(this));
    }

    @Override
    protected void append(ILoggingEvent event) {
        events.add(event);
    }

    /**
     * @return QBull's own messages of WARN and above, oldest first
     */
    public List<String> warnings() {
        return events.stream()
                .filter(event -> event.getLoggerName().startsWith(OURS))
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    /**
     * @param part of a message
     * @return the messages that contain it, oldest first
     */
    public List<String> lines(String part) {
        return events.stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> line.contains(part))
                .toList();
    }

    /**
     * @param part text that an operator would see
     * @return the events of INFO and above that contain it, each as level, logger, message and stack trace
     */
    public List<String> seen(String part) {
        return events.stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.INFO))
                .map(event -> event.getLevel() + " " + event.getLoggerName() + " " + event.getFormattedMessage()
                        + ThrowableProxyUtil.asString(event.getThrowableProxy()))
                .filter(line -> line.contains(part))
                .toList();
    }

    @Override
    public void close() {
        LOGGERS.forEach(name -> loggers.getLogger(name).detachAppender(this));
        stop();
    }
}
