/**
 * The component in a Spring Boot application: {@code camel.component.qbull.*} in its properties become options of the component, as
 * in Camel's own starters. Spring Boot finds the one class here by its own list; no other runtime loads it, and no other package
 * knows Spring.
 */
@NullMarked
package io.qbull.springboot;

import org.jspecify.annotations.NullMarked;
