@NullMarked
package io.qbull.app.redis;

import org.jspecify.annotations.NullMarked;
