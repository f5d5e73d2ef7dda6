package io.qbull.component;

import org.apache.camel.support.DefaultHeaderFilterStrategy;

/**
 * Keeps Camel's own headers, in any spelling, from being stored and from being read out of a stream: a client that can write to Redis
 * or call an HTTP route must not control the components of a later route. QBull sets its own headers after this filter.
 */
public class QbullHeaderFilterStrategy extends DefaultHeaderFilterStrategy {
    private static final String[] CONTROL = {"camel", "org.apache.camel."};

    /** Makes the strategy that every endpoint has by default. */
    @SuppressWarnings("this-escape") // The setters of the base class only assign fields.
    public QbullHeaderFilterStrategy() {
        // Otherwise only the exact spelling would be filtered.
        setLowerCase(true);
        setInFilterStartsWith(CONTROL);
        setOutFilterStartsWith(CONTROL);
    }
}
