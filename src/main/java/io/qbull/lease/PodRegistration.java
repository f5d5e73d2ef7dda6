package io.qbull.lease;

import io.qbull.config.LeaseSettings;
import io.qbull.model.Causes;
import io.qbull.runtime.EventLoop;
import io.qbull.runtime.LogLimit;
import io.qbull.store.LayoutTable.LivingPod;
import io.qbull.store.LayoutTable.PodsView;
import io.qbull.store.Reachability.Subject;
import io.qbull.store.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Keeps this pod's entry among the pods of the queue fresh, and learns which others live. Many pods refresh less often, each for a longer
 * time, and read the list of all pods rarely and at random times: what they cost Redis together grows slowly with their number, and what
 * one answer costs not at all. On the event loop.
 */
final class PodRegistration {
    private static final Logger LOG = LoggerFactory.getLogger(PodRegistration.class);
    /** Announcements come in bunches; one look at the pods serves a bunch. */
    private static final Duration REFRESH = Duration.ofMillis(50);
    /** So much later, at most, for each pod, because all of them hear an announcement at the same time. */
    private static final Duration REFRESH_JITTER = Duration.ofMillis(5);
    /** For each so many pods the entry is refreshed one tick later, and valid for as much longer. */
    private static final int PODS_PER_TICK = 25;
    /** The most ticks between two refreshes. */
    private static final int MOST_TICKS = 4;
    /** One pod in so many reads the list of pods in each round of refreshes. */
    private static final int PODS_PER_READER = 4;

    private final LeaseDomain domain;
    private final LeaseSettings settings;
    private final LeaseContext context;
    private final OwnedLeases owned;
    private final Consumer<List<LivingPod>> pods;
    private EventLoop.@Nullable Timer retry;
    private EventLoop.@Nullable Timer refresh;
    private final LogLimit lines;
    /** The twin that the log names; empty if it names none. */
    private String namedTwin = "";

    private PodsView known = PodsView.NONE;
    private boolean registering;
    /** Ticks until the entry is refreshed. */
    private int idleTicks;
    /** When this pod reads the list of pods next, although their number has not changed. */
    private long listDue;

    /**
     * @param pods hears the registered pods, this one included
     */
    PodRegistration(
            LeaseDomain domain,
            LeaseSettings settings,
            LeaseContext context,
            OwnedLeases owned,
            Consumer<List<LivingPod>> pods) {
        this.domain = domain;
        this.settings = settings;
        this.context = context;
        this.owned = owned;
        this.pods = pods;
        this.lines = new LogLimit(context.loop()::nanoTime);
    }

    void start() {
        registering = true;
        listDue = context.loop().nanoTime();
    }

    /** Refreshes the entry if it is its turn. To be called every {@code renewEvery}. */
    void tick() {
        if (idleTicks > 0) {
            idleTicks--;
        } else {
            register();
        }
    }

    /** Refreshes the entry; repeated until answered. Does nothing before the start and after the stop. */
    private void register() {
        if (!registering) {
            return;
        }
        int ticks = Math.min(MOST_TICKS, 1 + known.pods().size() / PODS_PER_TICK);
        idleTicks = ticks - 1;
        boolean all = context.loop().nanoTime() - listDue >= 0;
        context.store()
                .layouts()
                .register(
                        domain.queue(),
                        domain.pod(),
                        settings.capacity().within(domain.partitions()),
                        owned.partitions(),
                        settings.leaseTtl().multipliedBy(ticks),
                        all ? PodsView.NONE : known)
                .whenComplete((registered, failure) -> context.loop().execute(() -> {
                    if (registered != null) {
                        context.reachability().answered(Subject.QUEUE);
                        registered(registered, all);
                    } else {
                        context.reachability().unanswered(Subject.QUEUE, failure);
                        repeat();
                    }
                }));
    }

    private void registered(PodsView view, boolean all) {
        if (all || !view.version().equals(known.version())) {
            listDue = context.loop().nanoTime()
                    + untilNextList(view.pods().size()).toNanos();
        }
        known = view;
        pods.accept(view.pods());
        noteTwin(view);
    }

    /** A few pods read the list with each refresh. The more there are, the more of them notice what one of them might miss. */
    private Duration untilNextList(int pods) {
        Duration mean = settings.renewEvery().multipliedBy(Math.max(0, pods / PODS_PER_READER - 1));
        return mean.dividedBy(2).plus(random(mean));
    }

    private Duration random(Duration below) {
        return below.isZero() ? below : Duration.ofNanos(context.random().nextLong(below.toNanos()));
    }

    /** A process of the same name makes every other pod, and this one, see one pod instead of two. */
    private void noteTwin(PodsView view) {
        if (view.twin().equals(namedTwin)) {
            return;
        }
        if (view.twin().isEmpty()) {
            LOG.info("queue={} no other process uses the pod id {} any more", domain.queue(), domain.pod());
            namedTwin = "";
        } else if (lines.log("twin", more -> warnOfTwin(view, more))) {
            namedTwin = view.twin();
        }
    }

    private void warnOfTwin(PodsView view, String more) {
        LOG.warn(
                "queue={} the process {} uses the pod id {} of this one ({}), too: they count as one pod, and one of them"
                        + " may idle until each has an id of its own (podId, QBULL_POD_ID){}",
                domain.queue(),
                view.twin(),
                domain.pod(),
                view.process(),
                more);
    }

    private void repeat() {
        if (registering) {
            cancelRetry();
            retry = context.loop().schedule(RetryDelay.of(settings), this::register);
        }
    }

    /** Reads the list of pods shortly, whatever their number. */
    void readSoon() {
        listDue = context.loop().nanoTime();
        refreshSoon();
    }

    /** Registers shortly: a pod may have left, which decides which pods may take its partitions. */
    void refreshSoon() {
        if (refresh == null) {
            Duration jitter = random(REFRESH_JITTER.multipliedBy(known.pods().size()));
            refresh = context.loop().schedule(REFRESH.plus(jitter), () -> {
                refresh = null;
                register();
            });
        }
    }

    /**
     * Removes the entry, once: other pods hear that this one leaves and know whose turn it is when its leases come free.
     *
     * @return completes when Redis has answered or has failed to; an entry that stays goes stale
     */
    CompletionStage<Void> stop() {
        if (!registering) {
            return CompletableFuture.completedFuture(null);
        }
        registering = false;
        cancelRetry();
        return context.store()
                .layouts()
                .unregister(domain.queue(), domain.pod())
                .exceptionally(failure -> {
                    boolean away = Causes.bare(failure) instanceof StoreException.Unavailable;
                    LOG.atLevel(away ? Level.DEBUG : Level.WARN)
                            .log(
                                    "queue={} could not unregister pod {}; its entry goes stale: {}",
                                    domain.queue(),
                                    domain.pod(),
                                    String.valueOf(Causes.bare(failure)));
                    return null;
                });
    }

    private void cancelRetry() {
        if (retry != null) {
            retry.cancel();
        }
    }
}
