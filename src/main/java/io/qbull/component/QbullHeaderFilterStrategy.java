package io.qbull.component;

import org.apache.camel.support.DefaultHeaderFilterStrategy;

/**
 * Keeps Camel's own headers, however they are spelled, from being stored and from being read out of a stream: whoever can
 * write to Redis or calls an HTTP route must not steer the components of a route that comes later. QBull sets its own
 * headers after this filter.
 */
public class QbullHeaderFilterStrategy extends DefaultHeaderFilterStrategy {
    private static final String[] CONTROL = {"camel", "org.apache.camel."};

    /** Makes the strategy that every endpoint has by default. */
    @SuppressWarnings("this-escape") // The setters of the base class only assign fields.
    public QbullHeaderFilterStrategy() {
        // Without it only the exact spelling would be filtered.
        setLowerCase(true);
        setInFilterStartsWith(CONTROL);
        setOutFilterStartsWith(CONTROL);
    }
}
