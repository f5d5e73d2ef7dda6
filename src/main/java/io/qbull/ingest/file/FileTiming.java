package io.qbull.ingest.file;

import java.time.Duration;
import java.util.Map;

/**
 * How patiently files are looked for.
 *
 * @param quiet how long a file must not have changed before it is claimed, by its modification time
 * @param poll how long the route waits between two looks at the folders of new files
 * @param scan how long a pod waits between two scans of the claimed files, on average; a pause differs by up to a quarter, so that
 *     pods that were started together do not scan together
 */
public record FileTiming(Duration quiet, Duration poll, Duration scan) {
    /** What the app uses. */
    public static final FileTiming STANDARD =
            new FileTiming(Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofSeconds(2));

    private static final int CHECKS_PER_QUIET = 8;

    /**
     * @return the properties that {@code routes/ingest-files.camel.yaml} refers to, durations in milliseconds
     */
    public Map<String, String> routeProperties() {
        return Map.of(
                "qbull.inbox.poll", millis(poll),
                "qbull.inbox.quiet", millis(quiet),
                "qbull.inbox.quietCheck", millis(quiet.dividedBy(CHECKS_PER_QUIET)),
                "qbull.inbox.quietTimeout", millis(quiet.dividedBy(2)));
    }

    private static String millis(Duration duration) {
        return Long.toString(duration.toMillis());
    }
}
