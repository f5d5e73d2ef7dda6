package io.qbull.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.Test;

class MissingAddressTest {
    @Test
    void camel_main_is_told_the_property() throws Exception {
        Main main = new Main();
        main.init();
        try {
            assertThat(MissingAddress.in(main.getCamelContext()))
                    .hasMessage("redisUri must be set: put camel.component.qbull.redisUri into application.properties"
                            + ", or give an endpoint the option redisUri");
        } finally {
            main.shutdown();
        }
    }

    @Test
    @SuppressWarnings("try") // An interrupted close fails the test.
    void a_context_without_a_runtime_is_told_the_setter() throws Exception {
        try (CamelContext context = new DefaultCamelContext()) {
            assertThatThrownBy(() -> context.getEndpoint("qbull:ORDERS"))
                    .hasStackTraceContaining("redisUri must be set: call getConfiguration().setRedisUri(…) of the "
                            + "component qbull, or give an endpoint the option redisUri");
        }
    }
}
