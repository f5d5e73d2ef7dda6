package io.qbull.enqueue;

import io.qbull.config.EnqueueSettings;
import io.qbull.model.JobFormat;
import io.qbull.model.JobId;
import io.qbull.model.NewJob;
import java.time.Duration;
import java.util.Map;

/** Jobs and settings of the tests of this package. */
final class Jobs {
    static final EnqueueSettings SETTINGS =
            new EnqueueSettings(Duration.ofMinutes(10), JobFormat.NATIVE, 1 << 20, 512, 500, Duration.ofSeconds(10), 0);

    private Jobs() {}

    static NewJob job(String id) {
        return job(id, "key");
    }

    static NewJob job(String id, String key) {
        return job(id, key, 0);
    }

    static NewJob job(String id, String key, int bytes) {
        return new NewJob(new JobId(id), false, key, new byte[bytes], null, Map.of());
    }

    static EnqueueSettings batch(int batch) {
        return new EnqueueSettings(
                SETTINGS.deduplicationWindow(),
                JobFormat.NATIVE,
                SETTINGS.maxBodySize(),
                SETTINGS.maxKeyLength(),
                batch,
                timeout(),
                0);
    }

    static EnqueueSettings window(Duration window) {
        return new EnqueueSettings(
                window, JobFormat.NATIVE, SETTINGS.maxBodySize(), SETTINGS.maxKeyLength(), 500, timeout(), 0);
    }

    static EnqueueSettings timeout(Duration timeout) {
        return new EnqueueSettings(
                SETTINGS.deduplicationWindow(),
                JobFormat.NATIVE,
                SETTINGS.maxBodySize(),
                SETTINGS.maxKeyLength(),
                500,
                timeout,
                0);
    }

    static EnqueueSettings backlog(int most) {
        return new EnqueueSettings(
                SETTINGS.deduplicationWindow(),
                JobFormat.NATIVE,
                SETTINGS.maxBodySize(),
                SETTINGS.maxKeyLength(),
                500,
                timeout(),
                most);
    }

    private static Duration timeout() {
        return SETTINGS.enqueueTimeout();
    }
}
