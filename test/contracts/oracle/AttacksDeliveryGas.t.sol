// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Attestations, RiskReport} from "../../../contracts/types/RiskTypes.sol";
import {DeliveryFixture} from "./DeliveryFixture.sol";

/// @title The part of attack P2 that depends on gas, apart from the rest: code that is changed to be tested costs more
contract AttacksDeliveryGasTest is DeliveryFixture {
    /// @dev EIP-7825: no transaction may have more.
    uint256 private constant TRANSACTION_GAS_CAP = 1 << 24;

    /// @dev Nothing, one, two, a thousand: one outcome each; the thousand fit a transaction.
    function test_P2_FromNoEntryToAThousand() public {
        assertEq(_submit("").length, 0);
        skip(1);
        assertEq(_submit(_entry(1, 1, 2_700, 500)).length, 1);
        skip(1);
        assertEq(_submit(_rows(1, 2, 2_700, 500)).length, 2);
        for (uint256 id = 3; id <= 1_000; ++id) _oracle.registerPosition(id, CLASS_ID);
        bytes memory entries = _rows(1, 1_000, 2_700, 500);
        skip(1);
        RiskReport memory report = _report(entries, "");
        Attestations memory quorum = _attest(report);
        uint256 used = gasleft();
        bytes memory outcomes = _oracle.submitReport(report, quorum, entries, "");
        used -= gasleft();
        assertEq(outcomes.length, 1_000);
        for (uint256 i = 0; i < 1_000; ++i) assertEq(uint8(outcomes[i]), i < 2 ? 2 : 1);
        // 16 gas a byte of calldata come on top.
        assertLt(used + 21_000 + 16 * (entries.length + 1_000), TRANSACTION_GAS_CAP);
    }
}
