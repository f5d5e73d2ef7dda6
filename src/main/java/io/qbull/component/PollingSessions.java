package io.qbull.component;

import io.qbull.component.node.NodeKey;
import io.qbull.component.node.SharedNode;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** The queues of one component that are polled now. Polling consumers join a session when they start and leave it when they stop. */
final class PollingSessions {
    private final Consumer<SharedNode> release;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<NodeKey, PollingSession> open = new HashMap<>();

    /**
     * @param release of a node that is no longer needed; may block
     */
    PollingSessions(Consumer<SharedNode> release) {
        this.release = release;
    }

    /**
     * @param key of the node
     * @param acquire gets the node, for its first user
     * @param session makes the session of the node, for its first user
     * @return the session of the node, started
     */
    PollingSession join(NodeKey key, Supplier<SharedNode> acquire, Function<SharedNode, PollingSession> session) {
        lock.lock();
        try {
            PollingSession joined = open.get(key);
            if (joined == null) {
                joined = started(acquire.get(), session);
                open.put(key, joined);
            }
            joined.users++;
            return joined;
        } finally {
            lock.unlock();
        }
    }

    private PollingSession started(SharedNode shared, Function<SharedNode, PollingSession> session) {
        try {
            PollingSession started = session.apply(shared);
            started.start();
            return started;
        } catch (RuntimeException e) {
            release.accept(shared);
            throw e;
        }
    }

    /**
     * Ends the session if this was its last user. Does not wait for the end: a route may stop a polling consumer before the exchange that
     * it polled has ended.
     *
     * @param session from {@link #join}
     */
    void leave(PollingSession session) {
        lock.lock();
        try {
            session.users--;
            if (session.users == 0 && open.remove(session.shared().key(), session)) {
                session.shared().unclaim();
                session.shared().node().drain().whenComplete((abandoned, failure) -> release(session));
            }
        } finally {
            lock.unlock();
        }
    }

    /** On a thread of its own, because a release may block until the node is closed. */
    private void release(PollingSession session) {
        session.context()
                .getExecutorServiceManager()
                .newThread("qbull-release", () -> release.accept(session.shared()))
                .start();
    }
}
