package io.qbull.bench;

import io.qbull.app.PodProcess;
import io.qbull.testing.RedisServer;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Measures records per second that one pod of the application takes in, from a file and from a bulk request, by the shipped routes. */
public final class IngestRate {
    private static final int ROUNDS = 4;
    private static final Pattern FINISHED = Pattern.compile("is finished: .*seconds=([0-9.]+)");

    private IngestRate() {}

    /**
     * @param args records of each round (200000)
     * @throws Exception if anything fails
     */
    public static void main(String[] args) throws Exception {
        int records = args.length > 0 ? Integer.parseInt(args[0]) : 200_000;
        Path home = Files.createTempDirectory("qbull-ingest-rate");
        PodProcess.furnish(home);
        Path inbox = Files.createDirectories(home.resolve("data/inbox/WHATSAPP"));
        Path lines = lines(home.resolve("lines.jsonl"), records);
        Map<String, String> settings = Map.of("QBULL_ROUTES", "routes/ingest", "QBULL_INGEST", "none");
        System.out.printf("%d records%n%-6s %14s %14s%n", records, "round", "file/s", "request/s");
        for (int round = 1; round <= ROUNDS; round++) {
            try (RedisServer redis = RedisServer.start();
                    PodProcess pod = PodProcess.launch(home, with(settings, redis.uri()), "-XX:TieredStopAtLevel=4")
                            .awaitReady()) {
                double request = records / seconds(() -> post(pod.http(), lines));
                Files.copy(lines, inbox.resolve("a.jsonl.part"));
                Files.move(inbox.resolve("a.jsonl.part"), inbox.resolve("a.jsonl"));
                pod.awaitSaid("is finished");
                Matcher said = FINISHED.matcher(pod.said());
                double file = said.find() ? records / Double.parseDouble(said.group(1)) : Double.NaN;
                System.out.printf(Locale.ROOT, "%-6d %14.0f %14.0f%n", round, file, request);
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private static Map<String, String> with(Map<String, String> settings, String redis) {
        Map<String, String> all = new java.util.HashMap<>(settings);
        all.put("REDIS_URL", redis);
        return all;
    }

    private static Path lines(Path file, int records) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int i = 0; i < records; i++) {
                out.write("{\"key\":\"key" + i % 1000 + "\",\"body\":{\"order\":" + i + ",\"text\":\"" + "x".repeat(80)
                        + "\"}}\n");
            }
        }
        return file;
    }

    private static void post(int port, Path lines) throws Exception {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/queues/WHATSAPP/jobs"))
                                .header("Content-Type", "application/x-ndjson")
                                .POST(HttpRequest.BodyPublishers.ofFile(lines))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 202) {
            throw new IllegalStateException(answer.body());
        }
    }

    private static double seconds(Work work) throws Exception {
        long begin = System.nanoTime();
        work.run();
        return (System.nanoTime() - begin) / 1e9;
    }

    @FunctionalInterface
    private interface Work {
        void run() throws Exception;
    }
}
