package io.qbull.bench;

import static io.qbull.bench.BenchPod.QUEUE;

import io.qbull.app.PodProcess;
import io.qbull.component.QbullConstants;
import io.qbull.testing.Patience;
import io.qbull.testing.Ports;
import io.qbull.testing.RedisServer;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.NetSocket;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.apache.camel.AsyncProducer;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * Measures single jobs over HTTP, each connection sending its next request when the last one is answered, and where the time goes: the same
 * requests to a bare Vert.x server that answers on its event loop; to one that adds the job to Redis, see {@link HttpFloor}; to the program for a path that no route has, which passes all checks of
 * a request; to a route of the program that does nothing; to the program's route of jobs; and the same jobs through {@code qbull:} alone. Then requests
 * with a hundred jobs as NDJSON each, to the bare server and to the program.
 */
public final class HttpSingles {
    private static final int ROUNDS = 3;
    private static final String BARE = "bare Vert.x";
    private static final String FLOOR = "bare with Redis";
    private static final String BARE_LINES = "100 lines, bare";
    /** So many times fewer are the requests with lines. */
    private static final int FEWER = 50;

    private static final int LINES = 100;
    private static final String[] JVM = {"-XX:TieredStopAtLevel=4", "-Xmx512m"};
    private static final String NOTHING = """
            - route:
                from:
                  uri: platform-http:/nothing
                  parameters:
                    httpMethodRestrict: POST
                    useBodyHandler: false
                  steps:
                    - setHeader:
                        name: CamelHttpResponseCode
                        constant: 202
            """;

    private final int requests;
    private final int connections;
    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));

    private HttpSingles(int requests, int connections) {
        this.requests = requests;
        this.connections = connections;
    }

    /**
     * @param args requests of each round (50000), connections (64), the stages to run beside the baselines (all)
     * @throws Exception if anything fails
     */
    public static void main(String[] args) throws Exception {
        if (args.length == 2 && "bare".equals(args[0])) {
            bare(Integer.parseInt(args[1]));
            return;
        }
        if (args.length == 3 && "floor".equals(args[0])) {
            HttpFloor.serve(Integer.parseInt(args[1]), args[2]);
            return;
        }
        Awaitility.setDefaultTimeout(Patience.LIMIT);
        int requests = args.length > 0 ? Integer.parseInt(args[0]) : 50_000;
        int connections = args.length > 1 ? Integer.parseInt(args[1]) : 64;
        System.out.printf("%d requests a round, %d connections%n", requests, connections);
        new HttpSingles(requests, connections)
                .measure(args.length > 2 ? Set.copyOf(List.of(args).subList(2, args.length)) : Set.of());
        Runtime.getRuntime().halt(0);
    }

    private static void bare(int port) {
        Vertx server = Vertx.vertx();
        server.createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(port))
                .requestHandler(request -> request.body()
                        .onSuccess(body ->
                                request.response().setStatusCode(202).end("{\"id\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\"}")))
                .listen()
                .onSuccess(up -> System.out.println("up"));
    }

    /**
     * @param wanted names of stages; empty = all
     */
    @SuppressWarnings("try") // An interrupted close ends the measurement, which is all it has to do.
    private void measure(Set<String> wanted) throws Exception {
        Path home = Files.createTempDirectory("qbull-bench");
        PodProcess.furnish(home);
        Files.writeString(home.resolve("routes/nothing.camel.yaml"), NOTHING);
        int port = Ports.free();
        int floorPort = Ports.free();
        Process bare = null;
        Process floor = null;
        try (RedisServer redis = RedisServer.start();
                PodProcess pod = PodProcess.launch(
                                home,
                                Map.of("REDIS_URL", redis.uri(), "QBULL_QUEUES", QUEUE, "QBULL_INGEST", "http"),
                                JVM)
                        .awaitReady();
                CamelContext sender = BenchPod.producerOnly(redis.uri())) {
            bare = server("bare", Integer.toString(port));
            floor = server("floor", Integer.toString(floorPort), redis.uri());
            Map<String, Stage> stages = new LinkedHashMap<>();
            String jobs = "/queues/" + QUEUE + "/jobs";
            IntFunction<Buffer> lines = number -> lines(jobs);
            stages.put(BARE, () -> http(port, requests, 202, number -> single(jobs, number)));
            stages.put(FLOOR, () -> http(floorPort, requests, 202, number -> single(jobs, number)));
            stages.put(
                    "no such path", () -> http(pod.http(), requests, 404, number -> single("/no/such/path", number)));
            stages.put("route of nothing", () -> http(pod.http(), requests, 202, number -> single("/nothing", number)));
            stages.put("job", () -> http(pod.http(), requests, 202, number -> single(jobs, number)));
            stages.put("qbull: alone", () -> enqueue(sender));
            stages.put(BARE_LINES, () -> http(port, requests / FEWER, 202, lines));
            stages.put("100 lines", () -> http(pod.http(), requests / FEWER, 202, lines));
            if (!wanted.isEmpty()) {
                stages.keySet().removeIf(name -> !wanted.contains(name) && !isBaselineOf(name, wanted));
            }
            print(stages);
        } finally {
            end(bare);
            end(floor);
        }
    }

    private static boolean isBaselineOf(String name, Set<String> wanted) {
        return wanted.stream().anyMatch(each -> bare(each).equals(name));
    }

    private static void end(@Nullable Process server) {
        if (server != null) {
            server.destroyForcibly();
        }
    }

    /** Starts this class as a process, and waits until it listens. */
    private static Process server(String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                HttpSingles.class.getName()));
        command.addAll(List.of(args));
        Process started = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out = started.inputReader();
        for (String line = out.readLine(); !"up".equals(line); line = out.readLine()) {
            if (line == null) {
                throw new IllegalStateException("it ended: " + command);
            }
            System.out.println(line);
        }
        return started;
    }

    /** CPU time of the processes in nanoseconds. */
    private record Cpu(long client, long servers, long redis) {
        static Cpu now() {
            long servers = 0;
            long redis = 0;
            for (ProcessHandle each : ProcessHandle.current().descendants().toList()) {
                boolean java = each.info().command().orElse("").endsWith("java");
                servers += java ? nanos(each) : 0;
                redis += java ? 0 : nanos(each);
            }
            return new Cpu(nanos(ProcessHandle.current()), servers, redis);
        }

        private static long nanos(ProcessHandle process) {
            return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
        }

        Cpu since(Cpu before) {
            return new Cpu(client - before.client, servers - before.servers, redis - before.redis);
        }
    }

    /** Sends all requests, and returns how long each took, in nanoseconds; the last element is how long all took. */
    private interface Stage {
        long[] run() throws Exception;
    }

    private void print(Map<String, Stage> stages) throws Exception {
        Map<String, double[]> rates = new LinkedHashMap<>();
        for (int round = 0; round <= ROUNDS; round++) {
            for (Map.Entry<String, Stage> stage : stages.entrySet()) {
                Cpu before = Cpu.now();
                long[] times = stage.getValue().run();
                Cpu used = Cpu.now().since(before);
                int count = times.length - 1;
                double rate = count * 1e9 / times[count];
                Arrays.sort(times, 0, count);
                if (round > 0) {
                    rates.computeIfAbsent(stage.getKey(), name -> new double[ROUNDS])[round - 1] = rate;
                }
                System.out.printf(
                        Locale.ROOT,
                        "%-8s %-17s %7.0f/s, p50 %6.2f ms, p99 %6.2f ms; CPU us each: client %4.1f, servers %5.1f,"
                                + " Redis %4.1f%n",
                        round == 0 ? "warm-up" : "round " + round,
                        stage.getKey(),
                        rate,
                        times[count / 2] / 1e6,
                        times[count * 99 / 100] / 1e6,
                        used.client / 1e3 / count,
                        used.servers / 1e3 / count,
                        used.redis / 1e3 / count);
            }
        }
        rates.values().forEach(Arrays::sort);
        rates.forEach((name, rate) -> System.out.printf(
                Locale.ROOT,
                "median   %-17s %7.0f/s, x%.2f of %s%n",
                name,
                rate[ROUNDS / 2],
                rate[ROUNDS / 2] / Objects.requireNonNull(rates.get(bare(name)))[ROUNDS / 2],
                bare(name)));
    }

    private static String bare(String name) {
        return name.startsWith("100 lines") ? BARE_LINES : BARE;
    }

    private static Buffer single(String path, int number) {
        return Buffer.buffer("POST " + path + "?key=k" + number % 1000
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n" + "x".repeat(100));
    }

    private static Buffer lines(String path) {
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < LINES; i++) {
            body.append("{\"key\":\"k")
                    .append(i)
                    .append("\",\"body\":\"")
                    .append("x".repeat(100))
                    .append("\"}\n");
        }
        return Buffer.buffer("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
                + "Content-Length: " + body.length() + "\r\n\r\n" + body);
    }

    private long[] http(int port, int count, int status, IntFunction<Buffer> request) throws Exception {
        String begin = "HTTP/1.1 " + status;
        long[] times = new long[count + 1];
        AtomicInteger next = new AtomicInteger();
        AtomicInteger left = new AtomicInteger(count);
        CompletableFuture<Long> end = new CompletableFuture<>();
        long start = System.nanoTime();
        for (int i = 0; i < connections; i++) {
            vertx.createNetClient()
                    .connect(port, "127.0.0.1")
                    .onFailure(end::completeExceptionally)
                    .onSuccess(socket -> new Client(socket, request, begin, times, next, left, end).send());
        }
        times[count] = end.get(5, TimeUnit.MINUTES) - start;
        return times;
    }

    /** One connection. An answer begins with its status line; what else a packet may contain belongs to it. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Client(
            NetSocket socket,
            IntFunction<Buffer> request,
            String begin,
            long[] times,
            AtomicInteger next,
            AtomicInteger left,
            CompletableFuture<Long> end) {
        void send() {
            int number = next.getAndIncrement();
            if (number >= times.length - 1) {
                socket.close();
                return;
            }
            long sent = System.nanoTime();
            socket.handler(answer -> {
                String text = answer.toString(StandardCharsets.ISO_8859_1);
                if (text.startsWith("HTTP/")) {
                    if (!text.startsWith(begin)) {
                        end.completeExceptionally(new IllegalStateException(text));
                    }
                    times[number] = System.nanoTime() - sent;
                    if (left.decrementAndGet() == 0) {
                        end.complete(System.nanoTime());
                    }
                    send();
                }
            });
            socket.write(request.apply(number));
        }
    }

    private long[] enqueue(CamelContext sender) throws Exception {
        Endpoint endpoint = sender.getEndpoint("qbull:" + QUEUE);
        AsyncProducer producer = endpoint.createAsyncProducer();
        producer.start();
        long[] times = new long[requests + 1];
        AtomicInteger next = new AtomicInteger();
        AtomicInteger left = new AtomicInteger(requests);
        CompletableFuture<Long> end = new CompletableFuture<>();
        byte[] body = "x".repeat(100).getBytes(StandardCharsets.UTF_8);
        long start = System.nanoTime();
        for (int i = 0; i < connections; i++) {
            enqueue(endpoint, producer, body, times, next, left, end);
        }
        times[requests] = end.get(5, TimeUnit.MINUTES) - start;
        producer.stop();
        return times;
    }

    private static void enqueue(
            Endpoint endpoint,
            AsyncProducer producer,
            byte[] body,
            long[] times,
            AtomicInteger next,
            AtomicInteger left,
            CompletableFuture<Long> end) {
        int number = next.getAndIncrement();
        if (number >= times.length - 1) {
            return;
        }
        long sent = System.nanoTime();
        Exchange exchange = endpoint.createExchange();
        exchange.getMessage().setHeader(QbullConstants.KEY, "k" + number % 1000);
        exchange.getMessage().setBody(body);
        producer.process(exchange, done -> {
            if (exchange.getException() != null) {
                end.completeExceptionally(exchange.getException());
            }
            times[number] = System.nanoTime() - sent;
            if (left.decrementAndGet() == 0) {
                end.complete(System.nanoTime());
            }
            enqueue(endpoint, producer, body, times, next, left, end);
        });
    }
}
