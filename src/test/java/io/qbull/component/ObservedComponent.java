package io.qbull.component;

import io.qbull.engine.QueueNodes;
import io.qbull.store.Store;
import io.qbull.store.redis.RedisStore;
import java.util.function.UnaryOperator;

/** The real component with a store that a test has a look into. */
public final class ObservedComponent {
    private ObservedComponent() {}

    /**
     * @param observer puts itself around each store that the component opens
     * @return the component
     */
    public static QbullComponent around(UnaryOperator<Store> observer) {
        return new QbullComponent(
                (identity, redis, loop) -> QueueNodes.open(identity, observer.apply(RedisStore.open(redis)), loop));
    }
}
