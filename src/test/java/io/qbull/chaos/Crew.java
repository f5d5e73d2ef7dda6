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

/** The pods: as many at any time, each a process of the real program. Thread-safe. */
final class Crew implements AutoCloseable {
    private final Path home;
    private final Map<String, String> settings;
    private final List<PodProcess> living = new ArrayList<>();
    private final List<PodProcess> all = new ArrayList<>();

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

    private PodProcess launch(int number) {
        Map<String, String> own = new HashMap<>(settings);
        own.put("QBULL_POD_ID", "pod-" + number);
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
