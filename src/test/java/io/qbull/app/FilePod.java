package io.qbull.app;

import io.qbull.app.pod.AppConfiguration;
import io.qbull.app.settings.AppSettings;
import io.qbull.app.settings.SettingsReader;
import io.qbull.ingest.file.FileTiming;
import io.qbull.store.redis.RedisStore;
import io.qbull.testing.Ports;
import io.qbull.testing.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.camel.main.Main;

/** A pod in this JVM that only takes in files, by the route as it is shipped. */
final class FilePod implements AutoCloseable {
    private final Main camel = new Main();
    private final RedisStore store;
    final int management = Ports.free();

    /** Short; files that tests drop are complete from the start. */
    static final FileTiming QUICK =
            new FileTiming(Duration.ofMillis(200), Duration.ofMillis(100), Duration.ofMillis(300));

    /**
     * @param redis where the data is
     * @param data the folder of the inbox
     * @param more settings, by name in the file
     * @param timing how patiently it looks for files
     */
    FilePod(RedisServer redis, Path data, Map<String, String> more, FileTiming timing) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "qbull.redisUrl", redis.uri(),
                "qbull.data", data.toString(),
                "qbull.queues", "WHATSAPP,OTHER",
                "qbull.partitions", "4",
                "qbull.httpPort", Integer.toString(Ports.free()),
                "qbull.managementPort", Integer.toString(management)));
        settings.putAll(more);
        Properties options = new Properties();
        options.putAll(settings);
        options.keySet().removeIf(name -> ((String) name).startsWith("qbull."));
        settings.keySet().removeIf(name -> !name.startsWith("qbull."));
        store = RedisStore.open(redis.settings());
        try {
            AppSettings checked = new SettingsReader(Map.of(), settings, Path.of("")).read();
            camel.bind("qbullStore", store);
            camel.configure().addConfiguration(new AppConfiguration(checked, timing));
            camel.configure().setRoutesIncludePattern("file:routes/ingest/ingest-files.camel.yaml");
            camel.setPropertyPlaceholderLocations("classpath:io/qbull/app/camel.properties");
            camel.setOverrideProperties(options);
            camel.start();
        } catch (Exception e) {
            close();
            throw new IllegalStateException(e);
        }
    }

    /** As a clean stop. */
    @Override
    public void close() {
        camel.stop();
        store.close();
    }
}
