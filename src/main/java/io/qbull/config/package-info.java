/** Settings as records that check themselves: the error about a wrong value names option, value and rule. */
@NullMarked
package io.qbull.config;

import org.jspecify.annotations.NullMarked;
