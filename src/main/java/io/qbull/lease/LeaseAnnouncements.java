package io.qbull.lease;

import io.qbull.config.LeaseSettings;
import io.qbull.model.PartitionId;
import io.qbull.store.Reachability.Subject;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Subscribes to the announcements of a queue's leases, and again if that fails. Runs on the event loop. */
final class LeaseAnnouncements {
    private final LeaseDomain domain;
    private final LeaseSettings settings;
    private final LeaseContext context;
    private final Consumer<PartitionId> announced;
    private final Runnable subscribed;
    private @Nullable AutoCloseable subscription;
    private boolean listening;

    /**
     * @param subscribed runs on the loop when announcements are heard from now on; earlier ones were not
     * @param announced hears on the loop whose lease was released, handed over or requested
     */
    LeaseAnnouncements(
            LeaseDomain domain,
            LeaseSettings settings,
            LeaseContext context,
            Runnable subscribed,
            Consumer<PartitionId> announced) {
        this.domain = domain;
        this.settings = settings;
        this.context = context;
        this.subscribed = subscribed;
        this.announced = announced;
    }

    void start() {
        listening = true;
        subscribe();
    }

    void stop() {
        listening = false;
        if (subscription != null) {
            close(subscription);
            subscription = null;
        }
    }

    private void subscribe() {
        context.store()
                .leases()
                .announcements(domain.queue(), partition -> context.loop().execute(() -> announced.accept(partition)))
                .whenComplete((answer, failure) -> context.loop().execute(() -> subscribed(answer, failure)));
    }

    private void subscribed(@Nullable AutoCloseable answer, @Nullable Throwable failure) {
        if (answer == null) {
            context.reachability().unanswered(Subject.QUEUE, failure);
            if (listening) {
                context.loop().schedule(settings.renewEvery(), () -> {
                    if (listening) {
                        subscribe();
                    }
                });
            }
        } else if (listening) {
            subscription = answer;
            subscribed.run();
        } else {
            close(answer);
        }
    }

    private void close(AutoCloseable ended) {
        try {
            ended.close();
        } catch (Exception e) {
            context.reachability().unanswered(Subject.QUEUE, e);
        }
    }
}
