"""The same work, 5 % longer."""

import time


def slowed(function, share=0.05):
    """`function`, and then idle turns of a loop for that share of the time its work has taken."""

    def longer(*arguments):
        start = time.perf_counter_ns()
        answer = function(*arguments)
        worked = time.perf_counter_ns()
        end = worked + share * (worked - start)
        while time.perf_counter_ns() < end:
            pass
        return answer

    return longer
