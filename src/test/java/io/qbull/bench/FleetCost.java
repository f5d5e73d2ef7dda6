package io.qbull.bench;

import io.qbull.config.RedisSettings;
import io.qbull.model.Capacity;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.store.LayoutTable.PodsView;
import io.qbull.store.redis.RedisStore;
import io.qbull.testing.RedisServer;
import io.qbull.testing.Resp;
import io.qbull.testing.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * Measures what the registrations of many pods cost Redis, with its append-only file on. Every pod refreshes its entry in all queues at the
 * same time, as the queues of a process do; now and then it reads the list of all pods. Prints the CPU time of Redis for a refresh and for a
 * reading of the list, with one pod and with many, and the share of a core that the fleet takes on the schedule of pods with the default
 * leaseTtl.
 */
public final class FleetCost {
    private static final Duration LEASE_TTL = Duration.ofSeconds(15);
    private static final List<Integer> OWNED = IntStream.range(0, 4).boxed().toList();

    private final RedisStore store;
    private final Resp resp;
    private final int queues;
    private final Map<String, PodsView> known = new HashMap<>();

    private FleetCost(RedisStore store, Resp resp, int queues) {
        this.store = store;
        this.resp = resp;
        this.queues = queues;
    }

    /**
     * @param args pods (100), queues (200), rounds of all pods (5)
     */
    public static void main(String[] args) throws Exception {
        int pods = args.length > 0 ? Integer.parseInt(args[0]) : 100;
        int queues = args.length > 1 ? Integer.parseInt(args[1]) : 200;
        int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 5;
        try (RedisServer redis = RedisServer.start("--appendonly", "yes");
                Resp resp = redis.connect();
                RedisStore store = RedisStore.open(new RedisSettings(redis.uri(), Duration.ofSeconds(30)))) {
            Waiting.get(store.check());
            FleetCost bench = new FleetCost(store, resp, queues);
            double alone = bench.cost(1, pods * rounds, false);
            double fleet = bench.cost(pods, rounds, false);
            double list = bench.cost(pods, 1, true);
            double refreshes = (double) pods * queues / (LEASE_TTL.toSeconds() / 3.0 * Math.min(4, 1 + pods / 25));
            double lists = (double) pods * queues / (LEASE_TTL.toSeconds() / 3.0 * Math.max(1, pods / 4 - 1));
            System.out.printf(
                    Locale.ROOT,
                    "Redis CPU for a refresh: %.1f us with 1 pod, %.1f us with %d pods (ratio %.2f); for a reading of the list %.1f us%n"
                            + "%d pods x %d queues: %.0f refreshes/s and %.0f readings/s take %.2f %% of a core%n",
                    alone,
                    fleet,
                    pods,
                    fleet / alone,
                    list,
                    pods,
                    queues,
                    refreshes,
                    lists,
                    (refreshes * fleet + lists * list) / 1e4);
        }
        Runtime.getRuntime().halt(0);
    }

    /**
     * @param list whether the pods read the list each time
     * @return microseconds of Redis CPU for one call
     */
    private double cost(int pods, int rounds, boolean list) {
        // Twice: the first pods do not know of the later ones yet.
        round(pods, true);
        round(pods, true);
        double before = cpu();
        for (int round = 0; round < rounds; round++) {
            round(pods, list);
        }
        return (cpu() - before) * 1e6 / ((double) pods * rounds * queues);
    }

    private void round(int pods, boolean list) {
        for (int pod = 0; pod < pods; pod++) {
            PodId id = new PodId("a-rather-long-host-name-" + pod);
            List<CompletableFuture<PodsView>> answers = new ArrayList<>();
            for (int queue = 0; queue < queues; queue++) {
                PodsView last = list ? PodsView.NONE : known.getOrDefault(id + "/" + queue, PodsView.NONE);
                answers.add(store.layouts()
                        .register(
                                new QueueName("Q" + queue),
                                id,
                                new Capacity(16, 16),
                                OWNED,
                                LEASE_TTL.multipliedBy(40),
                                last)
                        .toCompletableFuture());
            }
            for (int queue = 0; queue < queues; queue++) {
                known.put(id + "/" + queue, answers.get(queue).join());
            }
        }
    }

    private double cpu() {
        return resp.text("INFO", "cpu")
                .lines()
                .filter(line -> line.startsWith("used_cpu_sys:") || line.startsWith("used_cpu_user:"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(':') + 1)))
                .sum();
    }
}
