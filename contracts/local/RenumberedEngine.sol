// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IRuleEngine} from "../interfaces/IRuleEngine.sol";

/// @title The rules of another engine under the next number, for rehearsals of an upgrade
/// @notice A rehearsal looks for what the switch itself changes: the rules are the same, so that any difference is the switch's.
contract RenumberedEngine {
    /// @notice The engine whose rules these are.
    IRuleEngine public immutable RULES;

    uint32 private immutable NUMBER;

    constructor(IRuleEngine rules) {
        (RULES, NUMBER) = (rules, rules.version() + 1);
    }

    /// @dev Every other rule is asked of that engine, whose answer or error is passed on as it is.
    fallback(bytes calldata question) external returns (bytes memory answer) {
        return Address.functionStaticCall(address(RULES), question);
    }

    /// @notice See `IRuleEngine.version`: one more than that of the rules.
    function version() external view returns (uint32 number) {
        return NUMBER;
    }
}
