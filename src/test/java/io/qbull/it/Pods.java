package io.qbull.it;

import static org.awaitility.Awaitility.await;

import io.qbull.it.History.PodLife;
import io.qbull.testing.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Spawns pods as child processes, and makes an end of them. Nothing that it started outlives {@link #close()} or the JVM. */
final class Pods implements AutoCloseable {
    private static final String CLASS_PATH =
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));

    private final Path folder;
    private String redisUri;
    private final String queue;
    private final String options;
    private final List<String> bystanders = new ArrayList<>();
    private final List<Pod> all = new ArrayList<>();
    private final Map<String, Integer> lives = new HashMap<>();

    /**
     * @param folder takes the logs
     * @param redisUri where Redis is
     * @param queue which all pods consume
     * @param options of the consumer's endpoint, {@code a=b&c=d}
     */
    Pods(Path folder, String redisUri, String queue, String options) {
        this.folder = folder;
        this.redisUri = redisUri;
        this.queue = queue;
        this.options = options;
    }

    /**
     * Lets the pods that are spawned from now on consume another queue too, whose jobs are not logged.
     *
     * @param queue its name
     * @param consumer options of its endpoint
     */
    void consumeToo(String queue, String consumer) {
        bystanders.add("qbull:" + queue + "?" + consumer);
    }

    /** One life of a pod. */
    static final class Pod {
        final String name;
        final Process process;
        final Path events;
        final Path output;
        volatile long killedAt = History.NEVER;

        Pod(String name, Process process, Path events, Path output) {
            this.name = name;
            this.process = process;
            this.events = events;
            this.output = output;
        }

        List<Event> events() {
            try {
                return EventLog.read(events);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        String output() {
            try {
                return Files.readString(output);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        PodLife life() {
            return new PodLife(name, events(), killedAt);
        }
    }

    /**
     * Spawns without waiting.
     *
     * @param podId which may have lived before
     * @param flavour of its route
     * @return the new life
     */
    Pod spawn(String podId, PodRoute.Flavour flavour) {
        String name = podId + "." + lives.merge(podId, 1, Integer::sum);
        Path events = folder.resolve(name + ".events");
        Path output = folder.resolve(name + ".out");
        String uri = "qbull:" + queue + "?podId=" + podId + "&" + options;
        try {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Djava.net.preferIPv4Stack=true",
                    "-cp",
                    CLASS_PATH,
                    PodMain.class.getName(),
                    redisUri,
                    uri,
                    flavour.name(),
                    events.toString()));
            bystanders.forEach(other -> command.add(other + "&podId=" + podId));
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            // A child that the JVM forgets to end is stopped by the end of its input, unless it is frozen: then by
            // this.
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            Pod pod = new Pod(name, process, events, output);
            all.add(pod);
            return pod;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Pod spawn(String podId) {
        return spawn(podId, PodRoute.Flavour.DIRECT);
    }

    /** Sets the address of Redis for pods that are spawned from now on. */
    void connectThrough(String uri) {
        redisUri = uri;
    }

    /** Waits until the pods' routes run. */
    void awaitUp(Collection<Pod> pods) {
        for (Pod pod : pods) {
            await(pod.name).until(() -> {
                if (!pod.process.isAlive()) {
                    throw new IllegalStateException(pod.name + " ended at once:\n" + pod.output());
                }
                return pod.events().stream().anyMatch(Event.Up.class::isInstance);
            });
        }
    }

    /** Like {@code kill -9}. */
    void kill(Pod pod) {
        pod.killedAt = System.nanoTime();
        pod.process.destroyForcibly();
        ended(pod);
    }

    /** Starts a new life for each pod that ended by itself. */
    void restartThoseThatDied() {
        for (Pod pod : List.copyOf(all)) {
            if (!pod.process.isAlive() && pod.killedAt == History.NEVER) {
                List<Event> events = pod.life().events();
                if (events.isEmpty()) {
                    throw new IllegalStateException(pod.name + " ended at once:\n" + pod.output());
                }
                pod.killedAt = events.get(events.size() - 1).at();
                spawn(pod.name.replaceFirst("\\.\\d+$", ""));
            }
        }
    }

    /** Like {@code kill -STOP}. */
    void freeze(Pod pod) {
        signal(pod, "-STOP");
    }

    /** Like {@code kill -CONT}. */
    void thaw(Pod pod) {
        signal(pod, "-CONT");
    }

    /** Stops a pod cleanly and waits for it. */
    int stop(Pod pod) {
        try {
            Writer orders = pod.process.outputWriter(StandardCharsets.US_ASCII);
            orders.write("stop\n");
            orders.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ended(pod);
    }

    /** What all lives have logged so far. */
    List<PodLife> history() {
        return all.stream().map(Pod::life).toList();
    }

    private static int ended(Pod pod) {
        try {
            if (!pod.process.waitFor(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException(pod.name + " did not end:\n" + pod.output());
            }
            return pod.process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void signal(Pod pod, String signal) {
        try {
            int exit = new ProcessBuilder("kill", signal, Long.toString(pod.process.pid()))
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new IllegalStateException("kill " + signal + " " + pod.name + ": " + exit);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        all.forEach(pod -> pod.process.destroyForcibly());
        all.forEach(pod -> ended(pod));
    }
}
