package io.qbull.app.exit;

import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/** Lines are written by a thread of their own, so the last ones may still be on their way when the program ends. */
public final class LogFlush {
    private LogFlush() {}

    /** Writes what was logged, for as long as {@code config/logback.xml} allows; nothing that is logged later is written. */
    public static void now() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext loggers) {
            loggers.stop();
        }
    }
}
