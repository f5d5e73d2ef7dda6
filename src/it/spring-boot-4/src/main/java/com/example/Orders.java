package com.example;

import org.apache.camel.builder.RouteBuilder;
import org.springframework.stereotype.Component;

@Component
public class Orders extends RouteBuilder {
    @Override
    public void configure() {
        from("timer:shop?period=100&repeatCount=10&includeMetadata=true")
                .setBody(simple("order ${header.CamelTimerCounter}"))
                .setHeader("customer", constant("customer-7"))
                .to("qbull:ORDERS?key=${header.customer}");

        from("qbull:ORDERS").log("${header.CamelQbullKey}: ${body}");
    }
}
