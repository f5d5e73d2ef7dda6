package io.qbull.chaos;

import io.qbull.testing.Resp;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks each second for partitions that have jobs and from which nothing has arrived, and whether the pods name them: see
 * {@link PodReports}. A partition must be named before it has stood still for too long; a pod that took it over meanwhile has a little
 * longer, because it cannot know how long the partition had stood still before. One thread calls {@link #run}.
 */
final class StallWatch implements Runnable {
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Servers servers;
    private final Receiver receiver;
    private final Partitions partitions;
    private final Supplier<Set<String>> accepted;
    private final PodReports reports;
    private final Duration limit;
    private final Duration takeOver;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final Map<String, Standing> standing = new HashMap<>();
    private final List<String> unnamed = new ArrayList<>();
    private final Map<String, Integer> named = new TreeMap<>();

    /** How a partition stands, by {@link System#nanoTime()}. */
    private static final class Standing {
        private long since;
        private @Nullable String name;
        private boolean judged;

        Standing(long now) {
            since = now;
        }

        void moved(long at) {
            if (at - since > 0) {
                since = at;
                name = null;
                judged = false;
            }
        }
    }

    /**
     * What a server says about a partition.
     *
     * @param jobs in its stream, and held keys
     * @param acquired when its lease was acquired, by {@link System#nanoTime()}
     */
    private record Seen(long jobs, long acquired) {}

    /**
     * @param accepted finds the partitions of jobs that were accepted and are not done
     * @param limit how long a partition may stand still unnamed
     * @param takeOver how long a partition may be without an owner after a crash
     */
    StallWatch(
            Servers servers,
            Receiver receiver,
            Partitions partitions,
            Supplier<Set<String>> accepted,
            PodReports reports,
            Duration limit,
            Duration takeOver) {
        this.servers = servers;
        this.receiver = receiver;
        this.partitions = partitions;
        this.accepted = accepted;
        this.reports = reports;
        this.limit = limit;
        this.takeOver = takeOver;
    }

    @Override
    public void run() {
        while (!stopped.get()) {
            LockSupport.parkNanos(LOOK.toNanos());
            Map<String, Seen> seen = seen();
            Set<String> waiting = accepted.get();
            reports.read();
            long now = System.nanoTime();
            partitions.streams().forEach(stream -> look(stream, seen.get(stream), waiting.contains(stream), now));
        }
    }

    /** What a server that does not answer has is judged by what was accepted. */
    private void look(String stream, @Nullable Seen seen, boolean accepted, long now) {
        Standing stands = standing.computeIfAbsent(stream, any -> new Standing(now));
        boolean jobs = seen == null ? accepted : seen.jobs > 0;
        Long arrived = receiver.movedAt(stream);
        if (!jobs) {
            stands.moved(now);
        } else if (arrived != null) {
            stands.moved(arrived);
        }
        long nanos = now - stands.since;
        if (nanos > LOOK.toNanos() && stands.name == null) {
            stands.name = reports.nameOf(stream, nanos > limit.minusSeconds(2).toNanos());
        }
        if (!stands.judged && tooLong(nanos, seen == null ? null : now - seen.acquired)) {
            stands.judged = true;
            judge(stream, stands, nanos, seen);
        }
    }

    private boolean tooLong(long nanos, @Nullable Long ownedNanos) {
        if (ownedNanos != null && ownedNanos < nanos) {
            return nanos > limit.plus(takeOver).toNanos() || ownedNanos > limit.toNanos();
        }
        return nanos > limit.toNanos();
    }

    private void judge(String stream, Standing stands, long nanos, @Nullable Seen seen) {
        if (stands.name != null) {
            named.merge(stands.name, 1, Integer::sum);
        } else {
            unnamed.add(LocalTime.now(ZoneOffset.UTC) + " " + stream + " is not named after "
                    + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms, " + (seen == null ? "unknown" : seen.jobs)
                    + " jobs" + System.lineSeparator() + reports.all(stream));
        }
    }

    /** Without the partitions of servers that do not answer. */
    private Map<String, Seen> seen() {
        Map<String, Seen> seen = new HashMap<>();
        for (int server = 0; server < servers.ports().size(); server++) {
            try (Resp resp = Faults.admin(servers, server, LOOK)) {
                partitions.streams().forEach(stream -> look(resp, stream, seen));
            } catch (UncheckedIOException | Resp.ErrorReply away) {
                // What it has is unknown.
            }
        }
        return seen;
    }

    private static void look(Resp resp, String stream, Map<String, Seen> seen) {
        try {
            long jobs = resp.number("XLEN", stream) + resp.number("HLEN", "{" + stream + "}:held");
            Object epoch = resp.call("HGET", "{" + stream + "}:lease", "epoch");
            long micros = epoch == null ? 0 : Long.parseLong((String) epoch);
            long ago = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()) - micros;
            seen.put(stream, new Seen(jobs, System.nanoTime() - TimeUnit.MICROSECONDS.toNanos(ago)));
        } catch (Resp.ErrorReply e) {
            // It is on another server, or moves, and then counts as unknown.
        }
    }

    void stop() {
        stopped.set(true);
    }

    /** Partitions that stood still longer and were not named. To be called after the end of {@link #run}. */
    List<String> unnamed() {
        return unnamed;
    }

    /** How often each reason was given for a partition that stood still longer. */
    Map<String, Integer> named() {
        return named;
    }
}
