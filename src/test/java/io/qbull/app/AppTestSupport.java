package io.qbull.app;

import io.qbull.app.exit.CliException;
import io.qbull.app.pod.AppConfiguration;
import io.qbull.app.settings.AppSettings;
import io.qbull.app.settings.SettingsReader;
import io.qbull.config.RedisSettings;
import io.qbull.testing.Ports;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.main.MainConfigurationProperties;
import org.apache.camel.spi.Registry;
import org.apache.camel.test.main.junit5.CamelMainTestSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** The app's wiring and its real routes in one context for each test, on ports of its own. */
@Tag("redis")
public abstract class AppTestSupport extends CamelMainTestSupport {
    public final int http = Ports.free();
    public final int management = Ports.free();

    @TempDir
    Path data;

    /** The Redis of the test. */
    abstract RedisExtension redis();

    /** Where the app finds it. */
    String redisUri() {
        return redis().server().uri();
    }

    /** The files of {@code routes/} and {@code routes/ingest/} that run, separated by commas. */
    abstract String routes();

    /** How Camel finds them. */
    String pattern() {
        return RouteFiles.pattern(routes());
    }

    /** Settings that differ from the defaults, by name in the file. */
    Map<String, String> settings() {
        return Map.of();
    }

    @Override
    protected void configure(MainConfigurationProperties configuration) {
        configuration.addConfiguration(new AppConfiguration(appSettings()));
    }

    @Override
    protected String getPropertyPlaceholderLocations() {
        return "classpath:io/qbull/app/camel.properties";
    }

    @Override
    protected void bindToRegistry(Registry registry) {
        registry.bind(
                "qbullStore",
                redis().store(new RedisSettings(redisUri(), redis().settings().commandTimeout())));
    }

    /** Here and not in {@code configureContext}, which runs before our fields have values. */
    @Override
    protected CamelContext createCamelContext() throws Exception {
        Properties camel = new Properties();
        camel.putAll(settings(false));
        camel.setProperty("camel.main.routesIncludePattern", pattern());
        camelContextConfiguration().withUseOverridePropertiesWithPropertiesComponent(camel);
        return super.createCamelContext();
    }

    private AppSettings appSettings() {
        Map<String, String> ours = settings(true);
        ours.putIfAbsent("qbull.data", data.toString());
        ours.put("qbull.redisUrl", redisUri());
        ours.put("qbull.httpPort", Integer.toString(http));
        ours.put("qbull.managementPort", Integer.toString(management));
        try {
            return new SettingsReader(Map.of(), ours, Path.of("")).read();
        } catch (CliException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private Map<String, String> settings(boolean ours) {
        Map<String, String> chosen = new HashMap<>(settings());
        chosen.keySet().removeIf(name -> name.startsWith("qbull.") != ours);
        return chosen;
    }

    RawHttp.Answer post(String target, String body, String... headers) {
        return RawHttp.send(http, "POST " + target, List.of(headers), body.getBytes(StandardCharsets.UTF_8));
    }

    RawHttp.Answer get(int port, String target, String... headers) {
        return RawHttp.send(port, "GET " + target, List.of(headers), new byte[0]);
    }

    /** The jobs of a queue, with their fields, bytes as characters; by partition, in order. */
    List<Map<String, String>> jobs(String queue, int partitions) {
        return entries(queue + ":%d", partitions);
    }

    /** The buried jobs of a queue, likewise. */
    List<Map<String, String>> dead(String queue, int partitions) {
        return entries("{" + queue + ":%d}:dead", partitions);
    }

    /** How many jobs of a queue are not done, in the streams or held, those that run among them. */
    long undone(String queue, int partitions) {
        try (Resp resp = redis().server().connect()) {
            return IntStream.range(0, partitions)
                    .mapToLong(p -> resp.number("XLEN", queue + ":" + p)
                            + resp.number("HLEN", "{" + queue + ":" + p + "}:held"))
                    .sum();
        }
    }

    private List<Map<String, String>> entries(String stream, int partitions) {
        List<Map<String, String>> jobs = new ArrayList<>();
        try (Resp resp = redis().server().connect()) {
            for (int p = 0; p < partitions; p++) {
                Object entries = resp.call("XRANGE", String.format(stream, p), "-", "+");
                for (Object entry : entries instanceof List<?> list ? list : List.of()) {
                    jobs.add(job(p, entry));
                }
            }
        }
        return jobs;
    }

    private static Map<String, String> job(int partition, Object entry) {
        Map<String, String> job = new LinkedHashMap<>();
        job.put("partition", Integer.toString(partition));
        if (entry instanceof List<?> pair && pair.get(1) instanceof List<?> fields) {
            for (int i = 0; i < fields.size(); i += 2) {
                job.put(String.valueOf(fields.get(i)), String.valueOf(fields.get(i + 1)));
            }
        }
        return job;
    }
}
