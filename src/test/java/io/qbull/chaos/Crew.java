package io.qbull.chaos;

import io.qbull.app.PodProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** The pods: as many at any time, each a process of the real program. Thread-safe. */
final class Crew implements AutoCloseable {
    private final Path home;
    private final Map<String, String> settings;
    private final List<PodProcess> living = new ArrayList<>();
    private final List<PodProcess> all = new ArrayList<>();
    private final Map<String, Integer> stops = new TreeMap<>();
    private long longestStop;

    /**
     * @param home of the program
     * @param routes the routes of all queues
     * @param settings environment of each pod
     */
    Crew(Path home, String routes, Map<String, String> settings) {
        this.home = home;
        this.settings = settings;
        try {
            PodProcess.furnish(home);
            Files.writeString(home.resolve("routes/chaos.camel.yaml"), routes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts pods with the names {@code pod-0} and so on, and waits until they are ready. */
    void start(int pods) {
        for (int i = 0; i < pods; i++) {
            living.add(launch(i));
        }
        living.forEach(PodProcess::awaitReady);
    }

    /** A pod, by a number from 0. */
    synchronized PodProcess pod(int number) {
        return living.get(number);
    }

    synchronized int size() {
        return living.size();
    }

    /** All processes that ever ran. */
    synchronized List<PodProcess> all() {
        return List.copyOf(all);
    }

    synchronized List<PodProcess> living() {
        return List.copyOf(living);
    }

    /** Kills a pod and starts it anew under its name. */
    void replace(int number) {
        pod(number).kill();
        startAnew(number);
    }

    /** Stops a pod as an orchestrator does and starts it anew under its name. */
    void renew(int number) {
        stop(pod(number));
        startAnew(number);
    }

    private void stop(PodProcess pod) {
        long start = System.nanoTime();
        pod.signal();
        int code = pod.exitCode();
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
        synchronized (this) {
            stops.merge("exit code " + code, 1, Integer::sum);
            longestStop = Math.max(longestStop, seconds);
        }
    }

    /** Stops all pods, and returns those that did not end as they should. */
    List<String> stopAll() {
        living().forEach(PodProcess::signal);
        return living().stream()
                .filter(pod -> pod.exitCode() != 0)
                .map(pod -> "exit code " + pod.exitCode() + ": " + pod.said())
                .toList();
    }

    /** How pods ended that were stopped. */
    synchronized String stops() {
        return stops + ", the slowest after " + longestStop + " s";
    }

    private void startAnew(int number) {
        PodProcess next = launch(number);
        synchronized (this) {
            living.set(number, next);
        }
    }

    /** Starts those anew that have ended by themselves, as an orchestrator does: a pod that cannot use Redis at its start gives up. */
    void restartEnded() {
        for (int number = 0; number < size(); number++) {
            if (!pod(number).running()) {
                replace(number);
            }
        }
    }

    /** The name of a pod. */
    static String name(int number) {
        return "pod-" + number;
    }

    private PodProcess launch(int number) {
        Map<String, String> own = new HashMap<>(settings);
        own.put("QBULL_POD_ID", name(number));
        try {
            PodProcess pod = PodProcess.launch(home, own);
            synchronized (this) {
                all.add(pod);
            }
            return pod;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        all().forEach(PodProcess::close);
    }
}
