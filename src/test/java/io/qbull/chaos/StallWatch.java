package io.qbull.chaos;

import io.qbull.testing.Resp;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
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
 * longer, because it cannot know how long the partition had stood still before. So must the reason be for which jobs cannot be added. One
 * thread calls {@link #run}.
 */
final class StallWatch implements Runnable {
    private static final Duration LOOK = Duration.ofSeconds(1);
    /** A name that was read longer ago says nothing about now. */
    private static final Duration FRESH = Duration.ofSeconds(5);

    private final Servers servers;
    private final Arrivals arrivals;
    private final Partitions partitions;
    private final Supplier<Set<String>> accepted;
    private final Supplier<List<Client.Refusal>> refusals;
    private final PodReports reports;
    private final Duration limit;
    private final Duration takeOver;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final Map<String, Standing> standing = new HashMap<>();
    private final List<String> unnamed = new ArrayList<>();
    private final Map<String, Integer> named = new TreeMap<>();
    /** When each request was refused first that was refused for too long. */
    private final Set<Long> judged = new HashSet<>();

    /** How a partition stands, by {@link System#nanoTime()}. */
    private static final class Standing {
        private long since;
        private @Nullable String name;
        private long namedAt;
        private boolean counted;
        private boolean blamed;

        Standing(long now) {
            since = now;
        }

        void moved(long at) {
            if (at - since > 0) {
                since = at;
                name = null;
                counted = false;
                blamed = false;
            }
        }

        long unnamedSince() {
            return name == null ? since : namedAt;
        }

        boolean named(long now) {
            return name != null && now - namedAt <= FRESH.toNanos();
        }
    }

    /**
     * What a server says about a partition.
     *
     * @param jobs in its stream, delayed ones that are due, and held keys
     * @param acquired when its lease was acquired, by {@link System#nanoTime()}
     * @param owner the pod that has the lease; null if none
     */
    private record Seen(long jobs, long acquired, @Nullable String owner) {}

    /**
     * @param accepted finds the partitions of jobs that were accepted and are not done
     * @param refusals finds the requests that are refused now
     * @param limit how long a partition may stand still unnamed
     * @param takeOver how long a partition may be without an owner after a crash
     */
    StallWatch(
            Servers servers,
            Arrivals arrivals,
            Partitions partitions,
            Supplier<Set<String>> accepted,
            Supplier<List<Client.Refusal>> refusals,
            PodReports reports,
            Duration limit,
            Duration takeOver) {
        this.servers = servers;
        this.arrivals = arrivals;
        this.partitions = partitions;
        this.accepted = accepted;
        this.refusals = refusals;
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
            refusals.get().forEach(refusal -> look(refusal, now));
        }
    }

    /** The health of some pod must say why. */
    private void look(Client.Refusal refusal, long now) {
        boolean lately = now - refusal.last() < FRESH.toNanos();
        if (lately && now - refusal.since() > limit.toNanos() && !judged.contains(refusal.since())) {
            String problem = reports.problemOf(refusal.path().split("/", -1)[2]);
            judged.add(refusal.since());
            if (problem == null) {
                unnamed.add(LocalTime.now(ZoneOffset.UTC) + " " + refusal.path() + " is refused and nobody says why:"
                        + System.lineSeparator() + String.join(System.lineSeparator(), reports.complaints()));
            } else {
                named.merge(problem, 1, Integer::sum);
            }
        }
    }

    /** What a server that does not answer has is judged by what was accepted. */
    private void look(String stream, @Nullable Seen seen, boolean accepted, long now) {
        Standing stands = standing.computeIfAbsent(stream, any -> new Standing(now));
        boolean jobs = seen == null ? accepted : seen.jobs > 0;
        Long arrived = arrivals.movedAt(stream);
        if (!jobs) {
            stands.moved(now);
        } else if (arrived != null) {
            stands.moved(arrived);
        }
        long nanos = now - stands.since;
        if (nanos > limit.minus(FRESH).toNanos()) {
            String name = reports.nameOf(
                    stream,
                    seen == null ? null : seen.owner,
                    nanos > limit.minusSeconds(2).toNanos());
            if (name != null) {
                stands.name = name;
                stands.namedAt = now;
            }
        }
        if (tooLong(nanos, now - stands.unnamedSince(), seen == null ? null : now - seen.acquired)) {
            judge(stream, stands, now, seen);
        }
    }

    /** A name that another pod gave before the take-over has an end, too. */
    private boolean tooLong(long nanos, long unnamedNanos, @Nullable Long ownedNanos) {
        if (ownedNanos != null && ownedNanos < nanos) {
            return unnamedNanos > limit.plus(takeOver).toNanos() || ownedNanos > limit.toNanos();
        }
        return nanos > limit.toNanos();
    }

    /** It must be named now and as long as it stands. */
    private void judge(String stream, Standing stands, long now, @Nullable Seen seen) {
        if (stands.name != null && !stands.counted) {
            stands.counted = true;
            named.merge(stands.name, 1, Integer::sum);
        }
        if (!stands.named(now) && !stands.blamed) {
            stands.blamed = true;
            unnamed.add(LocalTime.now(ZoneOffset.UTC) + " " + stream + " is not named after "
                    + TimeUnit.NANOSECONDS.toMillis(now - stands.since) + " ms, last as " + stands.name + ", "
                    + (seen == null ? "unknown" : seen.jobs) + " jobs" + System.lineSeparator() + reports.all(stream));
        }
    }

    /** Without the partitions of servers that do not answer. */
    private Map<String, Seen> seen() {
        Map<String, Seen> seen = new HashMap<>();
        for (int server = 0; server < servers.ports().size(); server++) {
            try (Resp resp = servers.connect(server, LOOK)) {
                partitions.streams().forEach(stream -> look(resp, stream, seen));
            } catch (UncheckedIOException | Resp.ErrorReply away) {
                // What it has is unknown.
            }
        }
        return seen;
    }

    private static void look(Resp resp, String stream, Map<String, Seen> seen) {
        try {
            String due = Long.toString(System.currentTimeMillis());
            long jobs = resp.number("XLEN", stream)
                    + resp.number("HLEN", "{" + stream + "}:held")
                    + resp.number("ZCOUNT", "{" + stream + "}:delayed", "-inf", due);
            List<?> lease = resp.list("HMGET", "{" + stream + "}:lease", "epoch", "expires", "owner");
            long millis = System.currentTimeMillis();
            long micros = lease.get(0) == null ? 0 : Long.parseLong((String) lease.get(0));
            long acquired =
                    System.nanoTime() - TimeUnit.MICROSECONDS.toNanos(TimeUnit.MILLISECONDS.toMicros(millis) - micros);
            boolean owned = lease.get(1) != null && Long.parseLong((String) lease.get(1)) > millis;
            String owner = owned ? String.valueOf(lease.get(2)).replaceFirst("#.*", "") : null;
            seen.put(stream, new Seen(jobs, acquired, owner));
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
