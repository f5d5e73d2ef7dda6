package io.qbull.component;

import org.apache.camel.CamelContext;

/** What to tell a user whose application does not say where Redis is. Each runtime has its own way. */
final class MissingAddress {
    private static final String MUST = "redisUri must be set: ";

    private static final String ON_ENDPOINT = ", or give an endpoint the option redisUri";

    private MissingAddress() {}

    /**
     * @param context tells the runtime
     * @return the ways that work in this runtime
     */
    static IllegalArgumentException in(CamelContext context) {
        return new IllegalArgumentException(MUST + way(context) + ON_ENDPOINT);
    }

    /** The runtimes are no dependencies of the component, so their classes are known by name alone. */
    private static String way(CamelContext context) {
        if (isOf("org.apache.camel.spring.boot.", context)) {
            return "put camel.component.qbull.redis-uri into application.properties";
        }
        if (context.getLifecycleStrategies().stream().anyMatch(each -> isOf("org.apache.camel.main.", each))) {
            return "put camel.component.qbull.redisUri into application.properties";
        }
        return "call getConfiguration().setRedisUri(…) of the component qbull";
    }

    private static boolean isOf(String runtime, Object part) {
        return part.getClass().getName().startsWith(runtime);
    }
}
