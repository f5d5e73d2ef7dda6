package com.example;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.Main;

public class Orders extends RouteBuilder {
    public static void main(String... args) throws Exception {
        new Main(Orders.class).run(args);
    }

    @Override
    public void configure() {
        from("timer:shop?period=100&repeatCount=10&includeMetadata=true")
                .setBody(simple("order ${header.CamelTimerCounter}"))
                .setHeader("customer", constant("customer-7"))
                .to("qbull:ORDERS?key=${header.customer}");

        from("qbull:ORDERS").log("${header.CamelQbullKey}: ${body}");
    }
}
