package io.qbull.app.bench;

import io.qbull.model.QueueName;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A pod in a process of its own, which can be killed and whose CPU time is its own. It says {@code up} when its route has started, and
 * then a line for each job that starts: number of the key, number of the job.
 */
final class OwnerProcess implements AutoCloseable {
    private static final String UP = "up";

    private final Process process;
    private final BufferedReader out;
    private final List<Payload> started = new ArrayList<>();
    private final Thread reader = new Thread(this::read, "qbull-bench-owner");

    private OwnerProcess(Process process) {
        this.process = process;
        this.out = process.inputReader();
    }

    /**
     * The process itself. The first line of its input is the address of Redis, which may carry a password that no list of processes shows.
     *
     * @param args queue, options of the consumer
     * @throws Exception if the route cannot be started
     */
    public static void main(String... args) throws Exception {
        PrintStream said = System.out;
        // What the log prints must not get between the lines.
        System.setOut(System.err);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String redisUri = String.valueOf(in.readLine());
        var unused = BenchPod.consuming(redisUri, new QueueName(args[0]), args[1], exchange -> {
            Payload job = BenchPod.payload(exchange);
            said.println(job.key() + " " + job.number());
        });
        said.println(UP);
        // The input ends with the process that measures, however that ends.
        int end = in.read();
        Runtime.getRuntime().halt(end < 0 ? 0 : 1);
    }

    /**
     * Starts one. Blocks until its route has started.
     *
     * @throws IOException if the process cannot be started, or ends at once
     */
    static OwnerProcess start(String redisUri, QueueName queue, String options) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(
                        java,
                        "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile", ""),
                        "-Dqbull.log.target=System.err",
                        "-Dqbull.log.level=ERROR",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OwnerProcess.class.getName(),
                        queue.value(),
                        options)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        OwnerProcess owner = new OwnerProcess(process);
        process.getOutputStream().write((redisUri + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        if (!UP.equals(owner.out.readLine())) {
            owner.close();
            throw new IOException("the second process did not start");
        }
        owner.reader.start();
        return owner;
    }

    /** How much CPU time it has used. */
    Duration cpu() {
        return process.toHandle().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /**
     * Kills it.
     *
     * @return the jobs that it has started, in their order
     */
    List<Payload> kill() throws InterruptedException {
        process.destroyForcibly();
        reader.join();
        return started;
    }

    private void read() {
        try {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                int blank = line.indexOf(' ');
                started.add(new Payload(
                        Integer.parseInt(line.substring(0, blank)), Integer.parseInt(line.substring(blank + 1)), 0));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
