package io.qbull.ingest.file;

import java.time.Duration;
import java.util.Map;

/**
 * How patiently files are looked for.
 *
 * @param quiet how long all looks at a file must agree before it counts as complete, by this pod's own clock
 * @param poll how long the route waits between two looks at the folders of new files
 * @param scan how long a pod waits between two scans of the claimed files, on average; a pause differs by up to a quarter, so that
 *     pods that were started together do not scan together
 */
public record FileTiming(Duration quiet, Duration poll, Duration scan) {
    /**
     * @param quiet see {@link FileTiming}
     * @return what the app uses
     */
    public static FileTiming of(Duration quiet) {
        return new FileTiming(quiet, Duration.ofSeconds(1), Duration.ofSeconds(2));
    }

    /**
     * @return the properties that {@code routes/ingest/ingest-files.camel.yaml} refers to, in milliseconds
     */
    public Map<String, String> routeProperties() {
        return Map.of("qbull.inbox.poll", Long.toString(poll.toMillis()));
    }
}
