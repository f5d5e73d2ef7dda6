package io.qbull.store.redis.client;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.qbull.model.Printable;
import io.qbull.model.QueueName;
import io.qbull.runtime.LogLimit;
import io.qbull.store.redis.schema.Keys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives the announcements of pods on a connection of its own, and replaces that connection when it is lost. Thread-safe;
 * listeners run on a thread of the client.
 */
public final class Announcements {
    /** The message that what people have paused has changed. */
    public static final String PAUSES = "pauses";
    /** The message that a resize has begun or the layout has changed. Any other than these names a partition. */
    public static final String LAYOUT = "layout";

    private static final Logger LOG = LoggerFactory.getLogger(Announcements.class);
    private static final Duration RECONNECT_PAUSE = Duration.ofMillis(500);
    private static final Duration REFUSAL_PAUSE = Duration.ofSeconds(2);

    private final ServerTopology topology;
    private final Connector connector;
    private final LogLimit lines = new LogLimit();
    // Guarded by this. No callback runs under the lock.
    private final List<Registration> registrations = new ArrayList<>();
    /** Queues whose subscription the server refuses; each refusal is logged once. */
    private final Set<QueueName> refused = new HashSet<>();
    /** Queues whose subscription failed and is due to be repeated. */
    private final Set<QueueName> pausing = new HashSet<>();

    private @Nullable StatefulRedisPubSubConnection<String, String> connection;
    private @Nullable CompletableFuture<Void> connecting;
    private boolean closed;

    /** A listener and its queue. Compared by identity. */
    private static final class Registration {
        private final Object user;
        private final QueueName queue;
        private final Consumer<String> listener;

        Registration(Object user, QueueName queue, Consumer<String> listener) {
            this.user = user;
            this.queue = queue;
            this.listener = listener;
        }

        boolean on(String channel) {
            return channel.equals(Keys.announcements(queue));
        }

        void announce(String message, LogLimit lines) {
            try {
                listener.accept(message);
            } catch (RuntimeException e) {
                // Any program may publish anything there.
                lines.log(
                        queue.value(),
                        more -> LOG.warn(
                                "queue={} cannot handle an announcement: {}{}",
                                queue,
                                Printable.of(e.toString()),
                                more));
            }
        }
    }

    public Announcements(ServerTopology topology, Connector connector) {
        this.topology = topology;
        this.connector = connector;
    }

    /**
     * Subscribes to a queue's announcements until the result is closed, or until the user {@linkplain #leave leaves}.
     *
     * @param user to whom the listener belongs
     * @param queue the queue
     * @param listener gets each announcement; must not block
     * @return completes after the first attempt to subscribe, never with an error; a failed attempt is repeated
     */
    public CompletionStage<AutoCloseable> listen(Object user, QueueName queue, Consumer<String> listener) {
        Registration registration = new Registration(user, queue, listener);
        synchronized (this) {
            registrations.add(registration);
        }
        return connected().thenCompose(up -> subscribe(queue)).handle((subscribed, error) -> () -> stop(registration));
    }

    /**
     * Drops all listeners of a user. Does not block.
     *
     * @param user as of {@link #listen}
     */
    public void leave(Object user) {
        List<Registration> theirs;
        synchronized (this) {
            theirs = registrations.stream().filter(each -> each.user == user).toList();
        }
        theirs.forEach(this::stop);
    }

    /** Closes the connection and drops every listener. Does not block. */
    public void close() {
        StatefulRedisPubSubConnection<String, String> open;
        synchronized (this) {
            closed = true;
            registrations.clear();
            open = connection;
            connection = null;
        }
        if (open != null) {
            Futures.ignore(open.closeAsync());
        }
    }

    private CompletionStage<Void> connected() {
        CompletableFuture<Void> attempt = new CompletableFuture<>();
        synchronized (this) {
            if (closed || connection != null) {
                return CompletableFuture.completedStage(null);
            }
            if (connecting != null) {
                return connecting;
            }
            connecting = attempt;
        }
        topology.locate(Keys.QUEUES, Traffic.LEASES)
                .thenCompose(target -> connector.openPubSub(target.server().uri()))
                .whenComplete((opened, error) -> {
                    if (error == null) {
                        opened(opened);
                    } else {
                        notOpened(error);
                    }
                    attempt.complete(null);
                });
        return attempt;
    }

    private void opened(StatefulRedisPubSubConnection<String, String> opened) {
        boolean late;
        synchronized (this) {
            late = closed;
            connecting = null;
            if (!late) {
                connection = opened;
            }
        }
        if (late) {
            Futures.ignore(opened.closeAsync());
            return;
        }
        addListeners(opened);
        queues().forEach(this::subscribe);
        if (!opened.isOpen()) {
            lost(opened);
        }
    }

    private void addListeners(StatefulRedisPubSubConnection<String, String> opened) {
        opened.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
                received(channel, message);
            }
        });
        opened.addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> gone) {
                lost(opened);
            }
        });
    }

    private synchronized List<QueueName> queues() {
        return registrations.stream().map(each -> each.queue).distinct().toList();
    }

    private void notOpened(Throwable error) {
        synchronized (this) {
            connecting = null;
        }
        LOG.debug("Cannot receive announcements, reconnecting", error);
        connector.schedule(Backoff.spread(RECONNECT_PAUSE), this::reconnect);
    }

    private void lost(StatefulRedisPubSubConnection<String, String> gone) {
        synchronized (this) {
            if (connection != gone) {
                return;
            }
            connection = null;
        }
        Futures.ignore(gone.closeAsync());
        connector.schedule(Backoff.spread(RECONNECT_PAUSE), this::reconnect);
    }

    private void reconnect() {
        boolean needed;
        synchronized (this) {
            needed = !closed && !registrations.isEmpty();
        }
        if (needed) {
            connected();
        }
    }

    private CompletionStage<Void> subscribe(QueueName queue) {
        StatefulRedisPubSubConnection<String, String> current;
        synchronized (this) {
            current = connection;
        }
        if (current == null) {
            return CompletableFuture.completedStage(null);
        }
        CompletableFuture<Void> attempt = new CompletableFuture<>();
        Futures.whenDone(current.async().subscribe(Keys.announcements(queue)), (done, error) -> {
            if (error == null) {
                subscribed(queue);
            } else {
                notSubscribed(queue, error);
            }
            attempt.complete(null);
        });
        return attempt;
    }

    private void subscribed(QueueName queue) {
        boolean recovered;
        synchronized (this) {
            recovered = refused.remove(queue);
        }
        if (recovered) {
            LOG.info("queue={} announcements are heard again, hand-overs no longer wait", queue);
        }
    }

    /** Repeats the subscription on the same connection, which may be sound: reconnecting would not mend a refusal. */
    private void notSubscribed(QueueName queue, Throwable error) {
        boolean newlyRefused;
        boolean first;
        synchronized (this) {
            if (closed) {
                return;
            }
            // Commands that matter more report that Redis is unreachable; only a refusal is reported here.
            newlyRefused = error instanceof RedisCommandExecutionException && refused.add(queue);
            first = pausing.add(queue);
        }
        if (newlyRefused) {
            LOG.warn(
                    "queue={} hand-overs wait for leases to expire: announcements cannot be heard, retrying. {}",
                    queue,
                    RedisErrors.of(error, false).getMessage());
        }
        if (first) {
            connector.schedule(REFUSAL_PAUSE, () -> subscribeAgain(queue));
        }
    }

    private void subscribeAgain(QueueName queue) {
        boolean needed;
        synchronized (this) {
            pausing.remove(queue);
            needed = !closed && registrations.stream().anyMatch(each -> each.queue.equals(queue));
            if (!needed) {
                refused.remove(queue);
            }
        }
        if (needed) {
            var unused = subscribe(queue);
        }
    }

    private void stop(Registration registration) {
        StatefulRedisPubSubConnection<String, String> current;
        boolean last;
        synchronized (this) {
            registrations.remove(registration);
            last = !listenedTo(registration.queue);
            current = connection;
        }
        if (last && current != null) {
            Futures.ignore(current.async().unsubscribe(Keys.announcements(registration.queue)));
            // Another listener may have subscribed just before that.
            if (listenedTo(registration.queue)) {
                var unused = subscribe(registration.queue);
            }
        }
    }

    private synchronized boolean listenedTo(QueueName queue) {
        return registrations.stream().anyMatch(each -> each.queue.equals(queue));
    }

    private void received(String channel, String message) {
        List<Registration> all;
        synchronized (this) {
            all = List.copyOf(registrations);
        }
        all.stream().filter(each -> each.on(channel)).forEach(each -> each.announce(message, lines));
    }
}
