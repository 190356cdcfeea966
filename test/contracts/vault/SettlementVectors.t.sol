// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {MarginMath, Payoff} from "../../../contracts/libraries/MarginMath.sol";
import {SettlementMath, SettlementShares} from "../../../contracts/libraries/SettlementMath.sol";
import {SettlementVectors} from "../../vectors/vault/SettlementVectors.sol";

/// @title The settlement library answers as exact fractions do; cases as in `scripts/generate/settlement-vectors.py`
contract SettlementVectorsTest is Test {
    struct Sums {
        uint256 pot;
        uint256 owed;
        uint256 missingEarly;
        uint256 unsettledE8;
        uint256 totalE8;
        uint256 count;
        uint256 early;
    }

    function test_MatchesExactFractions() external pure {
        bytes memory digests = SettlementVectors.DIGESTS;
        assertEq(digests.length, SettlementVectors.COUNT * 8, "length");
        for (uint256 i = 0; i < SettlementVectors.COUNT; ++i) {
            uint256 raw;
            assembly ("memory-safe") {
                raw := mload(add(add(digests, 32), mul(i, 8)))
            }
            // The raw word carries later digests behind the eight bytes that count.
            assertEq(uint256(uint64(bytes8(sha256(_outputs(i))))), raw >> 192, vm.toString(i));
        }
    }

    function _outputs(uint256 index) private pure returns (bytes memory outputs) {
        Payoff memory payoff = _payoff(index);
        Sums memory sums;
        sums.count = 1 + (_word(index, 8) % 5);
        sums.early = _word(index, 15) % sums.count;
        uint256 offered = _word(index, 9) % (1 + 2 ** (_word(index, 10) % 40));
        for (uint256 j = 0; j < sums.count; ++j) {
            uint256 sizeE8 = _logUniform(index, 20 + 4 * j, 50);
            uint256 collateral = _collateral(index, j, payoff, sizeE8);
            SettlementShares memory shares = SettlementMath.sharesOf(payoff, sizeE8, collateral, offered);
            outputs = bytes.concat(outputs, abi.encode(shares.owed, shares.paid, shares.refund, shares.bounty));
            (sums.pot, sums.owed) = (sums.pot + shares.paid, sums.owed + shares.owed);
            sums.totalE8 += sizeE8;
            if (j < sums.early) sums.missingEarly += shares.owed - shares.paid;
            else sums.unsettledE8 += sizeE8;
        }
        return bytes.concat(outputs, _seriesOutputs(index, payoff, sums));
    }

    function _seriesOutputs(
        uint256 index,
        Payoff memory payoff,
        Sums memory sums
    ) private pure returns (bytes memory outputs) {
        uint256 assets = _logUniform(index, 11, 100);
        uint256 free = assets - (assets * (_word(index, 13) % 5_001)) / 10_000;
        uint256 cap = (assets * (_word(index, 14) % 1_001)) / 10_000;
        uint256 worst = SettlementMath.worstShortfallUp(
            payoff,
            sums.unsettledE8,
            sums.count - sums.early,
            sums.missingEarly
        );
        uint256 cover = SettlementMath.coverDown(sums.owed - sums.pot, free, cap);
        // The worst case of an early opening bounds what is missing in the end.
        assertLe(sums.owed - sums.pot, worst);
        outputs = abi.encode(sums.pot, sums.owed, worst, cover);
        return bytes.concat(outputs, _redemptions(index, payoff, sums, sums.pot + cover));
    }

    function _redemptions(
        uint256 index,
        Payoff memory payoff,
        Sums memory sums,
        uint256 pot
    ) private pure returns (bytes memory outputs) {
        uint256 left = sums.totalE8;
        uint256 rest = pot;
        uint256 last = _word(index, 16) % 4;
        for (uint256 r = 0; r <= last; ++r) {
            uint256 amount = r == last ? left : (left * (_word(index, 60 + r) % 10_001)) / 10_000;
            uint256 payout = SettlementMath.payoutDown(payoff, amount, pot, sums.owed);
            (left, rest) = (left - amount, rest - payout);
            outputs = bytes.concat(outputs, abi.encode(payout));
        }
        return bytes.concat(outputs, abi.encode(rest));
    }

    function _payoff(uint256 index) private pure returns (Payoff memory payoff) {
        uint8[4] memory decimals = [0, 6, 8, 18];
        uint256 strikeE8 = _logUniform(index, 2, 60);
        bool isPut = _word(index, 0) % 2 == 1;
        return MarginMath.payoffAt(isPut, strikeE8, _price(index, strikeE8), decimals[_word(index, 1) % 4]);
    }

    function _price(uint256 index, uint256 strikeE8) private pure returns (uint256 priceE8) {
        uint256 choice = _word(index, 4);
        if (choice % 4 == 0) return _logUniform(index, 5, 60);
        uint256 rest = choice >> 8;
        priceE8 = choice % 4 == 1 ? strikeE8 + (rest % 3) - 1 : (strikeE8 * (5_000 + (rest % 10_000))) / 10_000;
        return Math.min(Math.max(priceE8, 1), 2 ** 63);
    }

    function _collateral(
        uint256 index,
        uint256 position,
        Payoff memory payoff,
        uint256 sizeE8
    ) private pure returns (uint256 collateral) {
        uint256 choice = _word(index, 22 + 4 * position);
        collateral = (MarginMath.intrinsicUp(payoff, sizeE8) * (choice % 20_000)) / 10_000;
        if (choice % 3 == 0) collateral = _logUniform(index, 23 + 4 * position, 100);
        return Math.min(collateral, 2 ** 104 - 1);
    }

    function _logUniform(uint256 index, uint256 field, uint256 bits) private pure returns (uint256) {
        return 1 + (_word(index, field) % 2 ** (1 + (_word(index, field + 1) % bits)));
    }

    function _word(uint256 index, uint256 field) private pure returns (uint256) {
        return uint256(sha256(abi.encodePacked("plimsoll/settlement/1", uint32(index), uint32(field))));
    }
}
