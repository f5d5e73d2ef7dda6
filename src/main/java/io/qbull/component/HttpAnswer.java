package io.qbull.component;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.BeanIntrospection;
import org.apache.camel.spi.HttpResponseAware;
import org.apache.camel.support.PluginHelper;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP answer that made an exchange fail, as its exception shows it. Camel's HTTP components and the clients of many services have
 * such an exception each, and no interface for more than the status.
 *
 * @param status 100 to 599
 * @param headers of the answer; empty if the exception has none
 */
record HttpAnswer(int status, Map<?, ?> headers) {
    /** A number, or the text of Spring's {@code HttpStatusCode}. */
    private static final Pattern STATUS = Pattern.compile("([1-5]\\d\\d)(\\D.*)?");

    /**
     * @param failure an exception
     * @param context reads its properties
     * @return the answer; null if the exception tells of none
     */
    static @Nullable HttpAnswer of(Throwable failure, CamelContext context) {
        BeanIntrospection beans = PluginHelper.getBeanIntrospection(context);
        Object told = failure instanceof HttpResponseAware aware
                ? Integer.valueOf(aware.getHttpResponseCode())
                : property(beans, failure, "statusCode");
        Matcher status = STATUS.matcher(String.valueOf(told));
        if (!status.matches()) {
            return null;
        }
        Object headers = property(beans, failure, "responseHeaders");
        return new HttpAnswer(Integer.parseInt(status.group(1)), headers instanceof Map<?, ?> known ? known : Map.of());
    }

    private static @Nullable Object property(BeanIntrospection beans, Throwable failure, String name) {
        try {
            return beans.getOrElseProperty(failure, name, null, false);
        } catch (RuntimeException e) {
            // The getter of a foreign exception failed: it tells nothing.
            return null;
        }
    }
}
