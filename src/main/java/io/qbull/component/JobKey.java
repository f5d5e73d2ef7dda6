package io.qbull.component;

import java.util.Collection;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.jspecify.annotations.Nullable;

/** Finds the key of an exchange. */
final class JobKey {
    private final @Nullable Expression expression;
    private final @Nullable String text;
    private final String owner;

    /**
     * @param context resolves the language
     * @param text the option key, in the Simple language; null = the header
     * @param owner has the option; for messages
     */
    JobKey(CamelContext context, @Nullable String text, String owner) {
        this.text = text;
        this.owner = owner;
        if (text == null) {
            this.expression = null;
        } else {
            this.expression = context.resolveLanguage("simple").createExpression(text);
            this.expression.init(context);
        }
    }

    /**
     * @param exchange any
     * @return its key, not empty
     * @throws IllegalArgumentException if it has none
     */
    String of(Exchange exchange) {
        Object value = expression != null
                ? expression.evaluate(exchange, Object.class)
                : exchange.getMessage().getHeader(QbullConstants.KEY);
        // A header that came twice is a list, whose text would be a key that nobody meant.
        if (value instanceof Collection<?> || value instanceof Object[]) {
            throw new IllegalArgumentException(source() + " must give one key for a job, not several");
        }
        String key = exchange.getContext().getTypeConverter().convertTo(String.class, exchange, value);
        if (key == null || key.isEmpty()) {
            throw new IllegalArgumentException("a job needs a key: " + source() + " gives none");
        }
        return key;
    }

    private String source() {
        return text != null
                ? "the option key (" + text + ") of " + owner
                : "the header " + QbullConstants.KEY + " (or the option key) of " + owner;
    }
}
