// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IOptionVaultLog} from "../interfaces/IOptionVaultLog.sol";
import {ShortPosition} from "../libraries/PositionWords.sol";
import {StoredValves, VaultState} from "../types/VaultState.sol";

/// @title Limits per market and window on liquidations
library VaultValves {
    uint256 private constant E8 = 1e8;
    /// @dev Positions of at most this part of the caution limit never wait: a large one cannot block small ones.
    uint256 private constant SMALL_PART = 64;

    /// @notice Spends the notional of a liquidation that parameters, not the market, have caused; reverts beyond the budget.
    /// From half of it on the vault is cautious until the window ends.
    function spendEffect(VaultState storage state, uint24 marketId, uint256 notionalE8) internal {
        StoredValves storage valves = _current(state, marketId);
        uint256 budgetE8 = valves.terms.effectBudgetE8;
        uint256 spentE8 = valves.flaggedE8;
        if (spentE8 + notionalE8 > budgetE8) {
            revert IOptionVaultLog.VaultEffectBudget(marketId, notionalE8, budgetE8 - Math.min(budgetE8, spentE8));
        }
        spentE8 += notionalE8;
        // Fits: at most the budget.
        valves.flaggedE8 = uint64(spentE8);
        emit IOptionVaultLog.EffectBudgetSpent(marketId, spentE8, budgetE8);
        if (spentE8 * 2 < budgetE8) return;
        uint256 endsAt = (uint256(valves.index) + 1) * valves.terms.windowSec;
        if (endsAt <= state.control.cautionUntil) return;
        state.control.cautionUntil = uint32(endsAt);
        emit IOptionVaultLog.CautionSet(uint32(endsAt));
    }

    /// @notice Contracts of the position that may be liquidated now; all of them outside caution.
    function sizeAllowed(
        VaultState storage state,
        ShortPosition memory position,
        uint256 spotE8
    ) internal view returns (uint256 sizeE8) {
        StoredValves storage valves = state.valves[position.series.marketId];
        uint256 limitE8 = valves.terms.cautionLimitE8;
        if (limitE8 == 0 || notional(position.sizeE8, spotE8) <= limitE8 / SMALL_PART) return position.sizeE8;
        bool isCurrent = block.timestamp / valves.terms.windowSec == valves.index;
        uint256 leftE8 = Math.saturatingSub(limitE8, isCurrent ? valves.liquidatedE8 : 0);
        return Math.min(position.sizeE8, (leftE8 * E8) / spotE8);
    }

    /// @notice Counts what was liquidated during caution.
    function count(VaultState storage state, uint24 marketId, uint256 notionalE8) internal {
        if (state.valves[marketId].terms.cautionLimitE8 == 0) return;
        StoredValves storage valves = _current(state, marketId);
        uint256 sumE8 = Math.min(valves.liquidatedE8 + notionalE8, type(uint64).max);
        valves.liquidatedE8 = uint64(sumE8);
    }

    /// @notice USD × 1e8 of contracts at spot, rounded up.
    function notional(uint256 sizeE8, uint256 spotE8) internal pure returns (uint256 notionalE8) {
        return Math.ceilDiv(sizeE8 * spotE8, E8);
    }

    /// @dev Begins a new window when the old one is over.
    function _current(VaultState storage state, uint24 marketId) private returns (StoredValves storage valves) {
        valves = state.valves[marketId];
        uint256 windowSec = valves.terms.windowSec;
        if (windowSec == 0) return valves;
        uint256 index = block.timestamp / windowSec;
        if (index == valves.index) return valves;
        // Fits: block times stay below 2^32 until 2106, and a window is at least a second.
        (valves.index, valves.flaggedE8, valves.liquidatedE8) = (uint32(index), 0, 0);
    }
}
