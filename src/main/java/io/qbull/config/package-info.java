/** Settings as records that check themselves: a wrong value is refused with its name, the value and the rule. */
@NullMarked
package io.qbull.config;

import org.jspecify.annotations.NullMarked;
