package io.qbull.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Capacity;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.LayoutTable.PodsView;
import io.qbull.store.LeaseTable.AnnouncementListener;
import io.qbull.store.StoreException;
import io.qbull.testing.ManualEventLoop;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Between the pods and the simulated Redis: every command takes its time; while faults are on, some replies are lost and the
 * command runs at once, seconds late, or never.
 */
final class SimulatedNetwork {
    private static final Duration TIMEOUT = Duration.ofMillis(800);

    private final ManualEventLoop world;
    private final Random random;
    private final SimulatedRedis redis;
    private final List<AnnouncementListener> listeners = new ArrayList<>();
    boolean faulty;

    SimulatedNetwork(ManualEventLoop world, Random random, SimulatedRedis redis) {
        this.world = world;
        this.random = random;
        this.redis = redis;
    }

    /** A port whose methods travel to the simulated Redis. */
    <T> T port(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> send(method, arguments)));
    }

    private CompletionStage<?> send(Method method, Object[] arguments) {
        if (method.getName().equals("announcements")) {
            listeners.add((AnnouncementListener) arguments[1]);
            AutoCloseable end = () -> listeners.remove((AnnouncementListener) arguments[1]);
            return CompletableFuture.completedFuture(end);
        }
        return travel(() -> carryOut(method.getName(), arguments));
    }

    private CompletionStage<Object> travel(Supplier<Object> command) {
        CompletableFuture<Object> reply = new CompletableFuture<>();
        int fate = faulty ? random.nextInt(10) : 9;
        if (fate == 0) {
            lose(reply);
        } else if (fate == 1) {
            world.schedule(Duration.ofMillis(random.nextInt(20_000)), () -> runUnheard(command));
            lose(reply);
        } else if (fate == 2) {
            world.schedule(latency(), () -> runUnheard(command));
            lose(reply);
        } else {
            world.schedule(latency(), () -> {
                Object answer = command.get();
                world.schedule(latency(), () -> reply.complete(answer));
            });
        }
        return reply;
    }

    private static void runUnheard(Supplier<Object> command) {
        assertThat(command.get()).isNotNull();
    }

    private void lose(CompletableFuture<Object> reply) {
        world.schedule(
                TIMEOUT,
                () -> reply.completeExceptionally(
                        new StoreException.Unavailable("lost", true, new IllegalStateException("simulated"))));
    }

    private Duration latency() {
        return Duration.ofMillis(random.nextInt(faulty ? 200 : 5));
    }

    private Object carryOut(String name, Object[] a) {
        return switch (name) {
            case "acquire" -> redis.acquire((PartitionId) a[0], (LeaseOwner) a[1], (Duration) a[2]);
            case "renew" -> redis.renew(list(a[0]), (Duration) a[1]);
            case "release" -> announced((Lease) a[0], redis.release((Lease) a[0]));
            case "handOver" ->
                announced((Lease) a[0], redis.handOver((Lease) a[0], (LeaseOwner) a[1], (Duration) a[2]));
            case "requestHandOver" -> {
                boolean asked = redis.requestHandOver((PartitionId) a[0], (LeaseOwner) a[1]);
                announce((PartitionId) a[0]);
                yield asked;
            }
            case "peek" -> redis.peek(list(a[0]));
            case "register" -> redis.register((PodId) a[1], (Capacity) a[2], (Duration) a[4], (PodsView) a[5]);
            case "unregister" -> {
                redis.unregister((PodId) a[1]);
                yield true;
            }
            default -> throw new IllegalArgumentException(name);
        };
    }

    private Verdict announced(Lease lease, Verdict verdict) {
        if (verdict == Verdict.DONE) {
            announce(lease.partition());
        }
        return verdict;
    }

    private void announce(PartitionId partition) {
        if (!faulty || random.nextBoolean()) {
            List.copyOf(listeners).forEach(listener -> listener.announced(partition));
        }
    }

    @SuppressWarnings("unchecked") // The port's signature says which.
    private static <T> List<T> list(Object argument) {
        return (List<T>) argument;
    }
}
